using System.Buffers;

namespace LLamaNet.Tokenization.Vocabulary;

// Finds tokens that are matched as a whole: the longest that begins at a place, by a trie over characters.
internal sealed class AddedTokenMatcher
{
    private readonly Dictionary<(int Node, char Next), int> _edges = [];
    private readonly List<AddedToken?> _tokens = [null];
    private readonly SearchValues<char> _firstCharacters;

    // The first of two tokens with the same content wins.
    public AddedTokenMatcher(IEnumerable<AddedToken> tokens)
    {
        var first = new HashSet<char>();
        foreach (AddedToken token in tokens)
        {
            if (token.Content.Length == 0) continue;
            first.Add(token.Content[0]);
            int node = 0;
            foreach (char c in token.Content)
            {
                if (!_edges.TryGetValue((node, c), out int next))
                {
                    next = _tokens.Count;
                    _edges.Add((node, c), next);
                    _tokens.Add(null);
                }

                node = next;
            }

            _tokens[node] ??= token;
        }

        _firstCharacters = SearchValues.Create([.. first]);
    }

    // The next place at or after `from` where a token may begin, or -1.
    public int NextCandidate(ReadOnlySpan<char> text, int from)
    {
        int found = text[from..].IndexOfAny(_firstCharacters);
        return found < 0 ? -1 : from + found;
    }

    // Special tokens must end by specialEnd.
    public AddedToken? LongestAt(ReadOnlySpan<char> text, int start, int specialEnd)
    {
        AddedToken? longest = null;
        int node = 0;
        for (int at = start; at < text.Length && _edges.TryGetValue((node, text[at]), out node); at++)
        {
            if (_tokens[node] is { } token && (!token.Special || at < specialEnd)) longest = token;
        }

        return longest;
    }
}
