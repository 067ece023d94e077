using System.Globalization;

namespace LLamaNet.Tokenization.Vocabulary;

// "<0x0A>", the token of one byte.
internal static class ByteToken
{
    // Exactly two hexadecimal digits, in either case.
    public static bool TryParse(string piece, out byte value)
    {
        value = 0;
        return piece.Length == 6 && piece.StartsWith("<0x", StringComparison.Ordinal) && piece[5] == '>'
            && byte.TryParse(piece.AsSpan(3, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
    }
}
