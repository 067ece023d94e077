namespace LLamaNet.Tokenization.Words;

// Cuts text into the words inside which byte-level BPE merges, in time that is linear in the text's length.
internal ref struct WordScanner
{
    private readonly WordPattern[] _patterns;
    private readonly ReadOnlySpan<char> _text;
    // [pattern]: where the stretch that it cut last ends, and what it remembers of a run.
    private readonly Span<int> _ends;
    private readonly Span<int> _runEnds;
    private int _start;

    // text: well-formed. memory: at least MemoryOf(preTokenizer) zeros.
    public WordScanner(PreTokenizer preTokenizer, ReadOnlySpan<char> text, Span<int> memory)
    {
        _patterns = preTokenizer.Patterns;
        _text = text;
        _ends = memory[.._patterns.Length];
        _runEnds = memory[_patterns.Length..];
    }

    public static int MemoryOf(PreTokenizer preTokenizer) => 2 * preTokenizer.Patterns.Length;

    public bool TryNext(out int start, out int end)
    {
        start = end = _start;
        if (start == _text.Length) return false;
        end = _text.Length;
        // A pattern sees only the stretch that the patterns before it cut.
        for (int i = 0; i < _patterns.Length; i++)
        {
            if (_ends[i] <= start) _ends[i] = EndOfStretch(_patterns[i], _text[..end], start, ref _runEnds[i]);
            end = _ends[i];
        }

        _start = end;
        return true;
    }

    // A match, or what lies before the next one.
    private static int EndOfStretch(WordPattern pattern, ReadOnlySpan<char> text, int start, ref int runEnd)
    {
        if (pattern.Match(text, start, ref runEnd) is var end and >= 0) return end;
        int at = start;
        do at += char.IsHighSurrogate(text[at]) ? 2 : 1;
        while (at < text.Length && pattern.Match(text, at, ref runEnd) < 0);
        return at;
    }
}
