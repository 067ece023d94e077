using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace LLamaNet.Tokenization.Words;

// A class of a regular expression, such as [^\r\n\p{L}\p{N}]. Letters and numbers are those of the runtime's Unicode version
// (16 in .NET 10).
internal sealed class CharacterSet
{
    private readonly CharacterTraits _traits;
    private readonly (int First, int Last)[] _ranges;
    private readonly bool _isNegated;
    private readonly CharacterSet? _within;
    // A bit for each ASCII character.
    private readonly ulong _low;
    private readonly ulong _high;

    // Characters with one of the traits or in one of the ranges; isNegated: all others. within: and in that set too.
    public CharacterSet(
        CharacterTraits traits, IEnumerable<(int First, int Last)> ranges, bool isNegated = false, CharacterSet? within = null)
    {
        _traits = traits;
        _ranges = [.. ranges.Order()];
        _isNegated = isNegated;
        _within = within;
        for (int c = 0; c < 64; c++)
        {
            if (Find(c)) _low |= 1UL << c;
            if (Find(c + 64)) _high |= 1UL << c;
        }
    }

    public static CharacterSet Of(CharacterTraits traits) => new(traits, []);

    public static CharacterSet Of(params ReadOnlySpan<char> characters)
    {
        var ranges = new List<(int, int)>();
        foreach (char c in characters) ranges.Add((c, c));
        return new(CharacterTraits.None, ranges);
    }

    public bool HasAscii(int c) => ((c < 64 ? _low >> c : _high >> (c - 64)) & 1) != 0;

    // Where the character at `at` ends, or -1 where it is not in the set. text is well-formed.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int EndOf(ReadOnlySpan<char> text, int at)
    {
        if ((uint)at >= (uint)text.Length) return -1;
        char c = text[at];
        if (c >= 128) return EndOfOther(text, at);
        return HasAscii(c) ? at + 1 : -1;
    }

    public static CharacterTraits TraitsOf(int codePoint)
    {
        if (Rune.IsWhiteSpace(new(codePoint))) return CharacterTraits.WhiteSpace;
        if (IsNumberOfUnicode17(codePoint)) return CharacterTraits.OtherNumber;
        return CharUnicodeInfo.GetUnicodeCategory(codePoint) switch
        {
            UnicodeCategory.UppercaseLetter => CharacterTraits.UppercaseLetter,
            UnicodeCategory.LowercaseLetter => CharacterTraits.LowercaseLetter,
            UnicodeCategory.TitlecaseLetter => CharacterTraits.TitlecaseLetter,
            UnicodeCategory.ModifierLetter => CharacterTraits.ModifierLetter,
            UnicodeCategory.OtherLetter => CharacterTraits.OtherLetter,
            UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark =>
                CharacterTraits.Mark,
            UnicodeCategory.DecimalDigitNumber => CharacterTraits.DecimalDigit,
            UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber => CharacterTraits.OtherNumber,
            >= UnicodeCategory.ConnectorPunctuation and <= UnicodeCategory.OtherPunctuation => CharacterTraits.Punctuation,
            >= UnicodeCategory.MathSymbol and <= UnicodeCategory.OtherSymbol => CharacterTraits.Symbol,
            _ => CharacterTraits.None,
        };
    }

    // Hugging Face knows them and .NET 10 does not: digits of Tolong Siki and signs of slow yangqin beats.
    private static bool IsNumberOfUnicode17(int codePoint) =>
        codePoint is (>= 0x11DE0 and <= 0x11DE9) or (>= 0x16FF4 and <= 0x16FF6);

    private int EndOfOther(ReadOnlySpan<char> text, int at)
    {
        Rune.DecodeFromUtf16(text[at..], out Rune rune, out int length);
        return Find(rune.Value) ? at + length : -1;
    }

    private bool Find(int codePoint) =>
        ((TraitsOf(codePoint) & _traits) != 0 || IsInRanges(codePoint)) != _isNegated
        && (_within is null || _within.Find(codePoint));

    private bool IsInRanges(int codePoint)
    {
        int low = 0;
        int high = _ranges.Length - 1;
        while (low <= high)
        {
            int middle = (low + high) / 2;
            if (codePoint < _ranges[middle].First) high = middle - 1;
            else if (codePoint > _ranges[middle].Last) low = middle + 1;
            else return true;
        }

        return false;
    }
}
