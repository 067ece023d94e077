using System.Globalization;

namespace LLamaNet.PtxInterpreter.Parsing;

// Numbers as PTX writes them: decimal, 0x, 0 (octal), 0b, 0f and 0d (bits of a float), with a trailing U.
internal static class Literal
{
    public static bool TryParse(string text, out ulong bits)
    {
        bits = 0;
        if (text.Length == 0) return false;
        bool negative = text[0] == '-';
        ReadOnlySpan<char> rest = negative ? text.AsSpan(1).TrimStart() : text.AsSpan();
        if (rest.Length == 0 || !char.IsAsciiDigit(rest[0])) return false;
        if (rest.Length > 2 && rest[0] == '0' && rest[1] is 'f' or 'F' or 'd' or 'D')
            return !negative && ulong.TryParse(rest[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out bits);
        if (rest[^1] == 'U') rest = rest[..^1];
        bool parsed = rest.Length > 2 && rest[0] == '0' && rest[1] is 'x' or 'X'
            ? ulong.TryParse(rest[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out bits)
            : rest.Length > 2 && rest[0] == '0' && rest[1] is 'b' or 'B'
            ? ulong.TryParse(rest[2..], NumberStyles.AllowBinarySpecifier, CultureInfo.InvariantCulture, out bits)
            : rest.Length > 1 && rest[0] == '0'
            ? TryParseOctal(rest[1..], out bits)
            : ulong.TryParse(rest, NumberStyles.None, CultureInfo.InvariantCulture, out bits);
        if (negative) bits = 0 - bits;
        return parsed;
    }

    private static bool TryParseOctal(ReadOnlySpan<char> digits, out ulong bits)
    {
        bits = 0;
        foreach (char digit in digits)
        {
            if (digit is < '0' or > '7') return false;
            bits = bits << 3 | (uint)(digit - '0');
        }

        return true;
    }
}
