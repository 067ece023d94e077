using System.Text;
using Spectre.Console;

namespace LLamaNet.Runner;

// The three standard streams. Text is UTF-8 everywhere; tables and bars with colours appear only where a person looks.
internal sealed class Terminal : IDisposable
{
    private static readonly UTF8Encoding s_utf8 = new(encoderShouldEmitUTF8Identifier: false);

    private readonly Func<Stream> _openIn;

    private Terminal(Func<Stream> openIn, TextWriter output, TextWriter error)
    {
        _openIn = openIn;
        Out = output;
        Error = error;
    }

    // Opened when it is wanted: most commands do not read, and stdin may be closed.
    public Stream InBytes => field ??= _openIn();

    public TextReader In => field ??= InIsPerson ? Console.In : new StreamReader(InBytes, s_utf8);

    public TextWriter Out { get; }

    public TextWriter Error { get; }

    public bool InIsPerson { get; private init; }

    public bool OutIsPerson { get; private init; }

    public bool ErrorIsPerson { get; private init; }

    // Spectre's view of stdout and stderr; wanted only where a person looks.
    public IAnsiConsole OutConsole { get => field ??= Ansi(Out); private set; }

    public IAnsiConsole ErrorConsole { get => field ??= Ansi(Error); private set; }

    public static Terminal Open()
    {
        bool input = !Console.IsInputRedirected, output = !Console.IsOutputRedirected, error = !Console.IsErrorRedirected;
        if (output || error) Console.OutputEncoding = s_utf8;
        return new Terminal(
            Console.OpenStandardInput,
            output ? Console.Out : new StreamWriter(Console.OpenStandardOutput(), s_utf8),
            error ? Console.Error : new StreamWriter(Console.OpenStandardError(), s_utf8) { AutoFlush = true })
        {
            InIsPerson = input,
            OutIsPerson = output,
            ErrorIsPerson = error,
        };
    }

    // Streams that nobody looks at, as if all were redirected.
    public static Terminal Redirected(Stream input, TextWriter output, TextWriter error) => new(() => input, output, error);

    public void Dispose()
    {
        Out.Flush();
        Error.Flush();
    }

    private static IAnsiConsole Ansi(TextWriter writer) =>
        AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(writer) });
}
