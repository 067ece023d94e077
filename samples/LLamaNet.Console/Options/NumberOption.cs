using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Numerics;

namespace LLamaNet.Console.Options;

// A number in a range, both ends included; null when it is not given.
internal sealed class NumberOption<T> : Option<T?>
    where T : struct, INumber<T>
{
    public NumberOption(string name, string description, T min, T max)
        : base(name)
    {
        Description = description;
        HelpName = "N";
        CustomParser = result => Parse(result, name, min, max);
    }

    private static T? Parse(ArgumentResult result, string name, T min, T max)
    {
        string text = result.Tokens[^1].Value;
        // Written so that NaN, which compares with nothing, is refused.
        if (T.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out T value) && value >= min && value <= max)
            return value;
        result.AddError(
            string.Create(CultureInfo.InvariantCulture, $"{name}: expected a number from {min} to {max}, found '{text}'."));
        return null;
    }
}
