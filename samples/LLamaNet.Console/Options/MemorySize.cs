using System.Globalization;

namespace LLamaNet.Console.Options;

// An amount of memory as people write it: "80GiB", "24GB", "512 MiB".
internal sealed record MemorySize(long Bytes, string Text)
{
    private static readonly (string Suffix, double Bytes)[] s_units =
    [
        ("TiB", 1L << 40), ("GiB", 1L << 30), ("MiB", 1L << 20), ("TB", 1e12), ("GB", 1e9), ("MB", 1e6),
    ];

    // Returns what is wrong with the text, or null.
    public static string? TryRead(string text, out MemorySize size)
    {
        foreach ((string suffix, double unit) in s_units)
        {
            if (!text.EndsWith(suffix, StringComparison.OrdinalIgnoreCase)) continue;
            const NumberStyles Style = NumberStyles.AllowDecimalPoint | NumberStyles.AllowTrailingWhite;
            ReadOnlySpan<char> amount = text.AsSpan(0, text.Length - suffix.Length);
            if (!double.TryParse(amount, Style, CultureInfo.InvariantCulture, out double number)) break;
            if (number * unit is < 1 or > 1L << 50) break;
            size = new MemorySize((long)(number * unit), text);
            return null;
        }

        size = new MemorySize(0, text);
        return $"expected an amount such as 80GiB or 24GB, found '{text}'.";
    }

    public override string ToString() => Text;
}
