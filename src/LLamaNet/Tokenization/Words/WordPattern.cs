namespace LLamaNet.Tokenization.Words;

// A regular expression whose matches, and the text between them, are words. Not .NET's Regex: that sees UTF-16 units, so
// that its \p{L} never matches a letter above U+FFFF, and its time is not bounded.
internal sealed class WordPattern : IEquatable<WordPattern>
{
    // Other ways to write the same, so that patterns compare.
    private static readonly (string Spelling, string Usual)[] s_spellings =
    [
        ("(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])", WordPatterns.AnyCaseContraction),
        ("'(?:[sdmt]|ll|ve|re)", WordPatterns.Contraction),
    ];

    private readonly WordAlternative[] _alternatives;
    // [ASCII character]: the first alternative that may begin with it.
    private readonly byte[] _first = new byte[128];

    private WordPattern(string text, WordAlternative[] alternatives)
    {
        Text = text;
        _alternatives = alternatives;
        for (int c = 0; c < _first.Length; c++)
        {
            int first = Array.FindIndex(alternatives, alternative => alternative.CanBegin(c));
            _first[c] = (byte)(first < 0 ? alternatives.Length : first);
        }
    }

    public string Text { get; }

    // null for an expression that is not understood or whose time would not be linear in the text's length.
    public static WordPattern? TryParse(string text)
    {
        foreach ((string spelling, string usual) in s_spellings)
            text = text.Replace(spelling, usual, StringComparison.Ordinal);
        List<(string Text, WordAlternative Alternative)>? parsed = new WordPatternParser(text).TryParse();
        return parsed is { Count: > 0 and < byte.MaxValue } && WordPatternParser.AreLinear(parsed)
            ? new(text, [.. parsed.Select(part => part.Alternative)])
            : null;
    }

    // Throws for an expression that TryParse does not take.
    public static WordPattern Parse(string text) => TryParse(text) ?? throw new FormatException(text);

    // Where a match at `at` ends, or -1. runEnd: 0 for a new text, then as the last call left it.
    public int Match(ReadOnlySpan<char> text, int at, ref int runEnd)
    {
        char c = text[at];
        for (int i = c < _first.Length ? _first[c] : 0; i < _alternatives.Length; i++)
        {
            if (_alternatives[i].Match(text, at, ref runEnd) is var end and >= 0) return end;
        }

        return -1;
    }

    public bool Equals(WordPattern? other) => Text == other?.Text;

    public override bool Equals(object? obj) => Equals(obj as WordPattern);

    public override int GetHashCode() => Text.GetHashCode(StringComparison.Ordinal);
}
