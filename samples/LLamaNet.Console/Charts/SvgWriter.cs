using System.Globalization;
using System.Text;
using System.Xml;

namespace LLamaNet.Console.Charts;

// The few shapes that charts are made of. Lengths are in pixels; looks come from classes of the style sheet.
internal sealed class SvgWriter : IDisposable
{
    private const string Namespace = "http://www.w3.org/2000/svg";

    private readonly XmlWriter _xml;

    public SvgWriter(Stream stream, double width, double height, string title, string style)
    {
        var settings = new XmlWriterSettings { Encoding = new UTF8Encoding(false), Indent = true, NewLineChars = "\n" };
        _xml = XmlWriter.Create(stream, settings);
        _xml.WriteStartElement("svg", Namespace);
        Length("width", width);
        Length("height", height);
        _xml.WriteAttributeString("viewBox", $"0 0 {Number(width)} {Number(height)}");
        _xml.WriteAttributeString("role", "img");
        _xml.WriteElementString("title", Namespace, Printable(title));
        _xml.WriteElementString("style", Namespace, style);
    }

    public void Rectangle(double x, double y, double width, double height, string look)
    {
        Start("rect", x, y, look);
        Length("width", width);
        Length("height", height);
        _xml.WriteEndElement();
    }

    public void Text(double x, double y, string text, string look)
    {
        Start("text", x, y, look);
        _xml.WriteString(Printable(text));
        _xml.WriteEndElement();
    }

    public void Dispose()
    {
        _xml.WriteEndElement();
        _xml.WriteWhitespace("\n");
        _xml.Dispose();
    }

    private void Start(string element, double x, double y, string look)
    {
        _xml.WriteStartElement(element, Namespace);
        _xml.WriteAttributeString("class", look);
        Length("x", x);
        Length("y", y);
    }

    private void Length(string attribute, double pixels) => _xml.WriteAttributeString(attribute, Number(pixels));

    private static string Number(double number) => number.ToString("0.##", CultureInfo.InvariantCulture);

    // XML cannot say every character: control codes and halves of surrogate pairs it has no words for.
    private static string Printable(string text)
    {
        var printable = new StringBuilder(text.Length);
        foreach (Rune rune in text.EnumerateRunes())
            printable.Append(rune.IsBmp && !XmlConvert.IsXmlChar((char)rune.Value) ? "\uFFFD" : rune.ToString());
        return printable.ToString();
    }
}
