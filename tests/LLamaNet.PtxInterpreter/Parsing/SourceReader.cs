using System.Text;

namespace LLamaNet.PtxInterpreter.Parsing;

// Walks over PTX text, knows the line it is on, and never sees a comment.
internal sealed class SourceReader(string text)
{
    private readonly string _text = WithoutComments(text);
    private int _at;
    private int _countedTo;
    private int _line = 1;

    public int Line
    {
        get
        {
            for (; _countedTo < _at; _countedTo++)
                if (_text[_countedTo] == '\n') _line++;
            return _line;
        }
    }

    // The next character that is no space, or '\0' at the end.
    public char Peek()
    {
        while (_at < _text.Length && char.IsWhiteSpace(_text[_at])) _at++;
        return _at < _text.Length ? _text[_at] : '\0';
    }

    public void Skip() => _at++;

    public void Expect(char wanted)
    {
        if (Peek() != wanted) throw Error(RestOfLine(), $"expected '{wanted}'");
        _at++;
    }

    // A word without spaces: a directive, a name, a number. Empty when there is none.
    public string Word()
    {
        Peek();
        int start = _at;
        while (_at < _text.Length && IsWordCharacter(_text[_at])) _at++;
        return _text[start.._at];
    }

    // Like Word, but stays in front of it.
    public string PeekWord()
    {
        int start = _at;
        string word = Word();
        _at = start;
        return word;
    }

    // A label `name:`, or null when something else follows.
    public string? Label()
    {
        Peek();
        int end = _at;
        while (end < _text.Length && (char.IsLetterOrDigit(_text[end]) || _text[end] is '_' or '$')) end++;
        if (end == _at || end >= _text.Length || _text[end] != ':' || (end + 1 < _text.Length && _text[end + 1] == ':'))
            return null;
        string name = _text[_at..end];
        _at = end + 1;
        return name;
    }

    // Everything up to one of the characters, which is not taken.
    public string Until(params ReadOnlySpan<char> ends)
    {
        Peek();
        int start = _at;
        int length = _text.AsSpan(_at).IndexOfAny(ends);
        if (length < 0) throw Error(RestOfLine(), $"no '{ends[0]}' before the end of the text");
        _at += length;
        return _text.Substring(start, length).TrimEnd();
    }

    public string RestOfLine()
    {
        int start = _at;
        while (_at < _text.Length && _text[_at] != '\n') _at++;
        return _text[start.._at].Trim();
    }

    // Skips a balanced block in braces.
    public void SkipBlock()
    {
        Expect('{');
        for (int depth = 1; depth > 0; _at++)
        {
            if (_at >= _text.Length) throw Error("", "no '}' before the end of the text");
            if (_text[_at] == '{') depth++;
            else if (_text[_at] == '}') depth--;
        }
    }

    public PtxParseException Error(string what, string why) => new(Line, what, why);

    private static bool IsWordCharacter(char c) =>
        char.IsLetterOrDigit(c) || c is '.' or '_' or '$' or '%' or ':' or '<' or '>' or '-';

    private static string WithoutComments(string text)
    {
        var result = new StringBuilder(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] != '/' || i + 1 >= text.Length || text[i + 1] is not ('/' or '*'))
            {
                result.Append(text[i]);
                continue;
            }

            int end = text[i + 1] == '/' ? text.IndexOf('\n', i) : text.IndexOf("*/", i, StringComparison.Ordinal) + 1;
            if (end <= 0) break;
            if (text[i + 1] == '/') result.Append('\n');
            else result.Append('\n', text.AsSpan(i, end - i).Count('\n'));
            i = end;
        }

        return result.ToString();
    }
}
