using System.Globalization;
using System.Text;

namespace LLamaNet.Tokenization.Merging;

// Cuts text into the words inside which byte-level BPE merges. By hand, since .NET's Regex sees UTF-16 units: its \p{L} never
// matches a letter above U+FFFF. Letters and numbers are those of the runtime's Unicode version (16 in .NET 10).
internal static class WordScanner
{
    private const char LongS = 'ſ';

    private enum CharacterClass : byte
    {
        Other,
        Letter,
        Number,
        Space,
    }

    // Where the word that begins at `start` ends. text is well-formed and longer than `start`.
    public static int EndOfWord(PreTokenizerKind kind, ReadOnlySpan<char> text, int start) =>
        kind switch
        {
            PreTokenizerKind.Llama3 => Llama3(text, start, digits: 3),
            PreTokenizerKind.Qwen2 => Llama3(text, start, digits: 1),
            _ => Gpt2(text, start),
        };

    // (?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,digits}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+
    private static int Llama3(ReadOnlySpan<char> text, int start, int digits)
    {
        int contraction = ContractionLength(text[start..], ignoreCase: true);
        if (contraction > 0) return start + contraction;

        CharacterClass first = ClassAt(text, start, out int length);
        if (first == CharacterClass.Letter) return RunEnd(text, start, CharacterClass.Letter);
        int second = start + length;
        if (first != CharacterClass.Number && !IsLineEnd(text[start]) && second < text.Length
            && ClassAt(text, second, out _) == CharacterClass.Letter)
            return RunEnd(text, second, CharacterClass.Letter);
        if (first == CharacterClass.Number) return RunEnd(text, start, CharacterClass.Number, limit: digits);

        int symbols = text[start] == ' ' ? second : start;
        int end = RunEnd(text, symbols, CharacterClass.Other);
        if (end > symbols)
        {
            while (end < text.Length && IsLineEnd(text[end])) end++;
            return end;
        }

        end = RunEnd(text, start, CharacterClass.Space);
        int lineEnd = text[start..end].LastIndexOfAny('\r', '\n');
        return lineEnd >= 0 ? start + lineEnd + 1 : EndOfSpaces(text, start, end);
    }

    // 's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
    private static int Gpt2(ReadOnlySpan<char> text, int start)
    {
        int contraction = ContractionLength(text[start..], ignoreCase: false);
        if (contraction > 0) return start + contraction;

        int body = text[start] == ' ' ? start + 1 : start;
        if (body < text.Length && ClassAt(text, body, out _) is var kind and not CharacterClass.Space)
            return RunEnd(text, body, kind);
        return EndOfSpaces(text, start, RunEnd(text, start, CharacterClass.Space));
    }

    // White space before a word leaves its last character to the word. All white space lies below U+FFFF.
    private static int EndOfSpaces(ReadOnlySpan<char> text, int start, int end) =>
        end == text.Length || end - start == 1 ? end : end - 1;

    // 's 't 'm 'd 're 've 'll. Without regard to case also 'ſ, since ſ folds to s.
    private static int ContractionLength(ReadOnlySpan<char> text, bool ignoreCase)
    {
        if (text.Length < 2 || text[0] != '\'') return 0;
        char first = Fold(text[1], ignoreCase);
        if (first is 's' or 't' or 'm' or 'd' || (ignoreCase && first == LongS)) return 2;
        char second = text.Length < 3 ? '\0' : Fold(text[2], ignoreCase);
        return (first, second) is ('r', 'e') or ('v', 'e') or ('l', 'l') ? 3 : 0;
    }

    private static char Fold(char c, bool ignoreCase) => ignoreCase && char.IsAsciiLetterUpper(c) ? (char)(c | 0x20) : c;

    private static int RunEnd(ReadOnlySpan<char> text, int start, CharacterClass kind, int limit = int.MaxValue)
    {
        int end = start;
        for (int count = 0; count < limit && end < text.Length && ClassAt(text, end, out int length) == kind; count++)
            end += length;
        return end;
    }

    private static bool IsLineEnd(char c) => c is '\r' or '\n';

    private static CharacterClass ClassAt(ReadOnlySpan<char> text, int at, out int length)
    {
        char c = text[at];
        length = 1;
        if (char.IsAscii(c))
        {
            return char.IsAsciiLetter(c) ? CharacterClass.Letter
                : char.IsAsciiDigit(c) ? CharacterClass.Number
                : char.IsWhiteSpace(c) ? CharacterClass.Space
                : CharacterClass.Other;
        }

        Rune.DecodeFromUtf16(text[at..], out Rune rune, out length);
        if (Rune.IsWhiteSpace(rune)) return CharacterClass.Space;
        return Rune.GetUnicodeCategory(rune) switch
        {
            UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter
                or UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter => CharacterClass.Letter,
            UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber =>
                CharacterClass.Number,
            _ => CharacterClass.Other,
        };
    }
}
