namespace LLamaNet.Tokenization;

// Ids while they are made and, if asked for, which characters of the text each stands for: whole characters, so that tokens
// that share a character share its range.
internal sealed class TokenBuffer(bool withRanges)
{
    private readonly List<(int Start, int End)>? _ranges = withRanges ? [] : null;

    public List<int> Ids { get; } = [];

    public bool HasRanges => _ranges is not null;

    public IReadOnlyList<(int Start, int End)> Ranges => _ranges ?? [];

    public void Add(int id, int start, int end)
    {
        Ids.Add(id);
        _ranges?.Add((start, end));
    }

    public void ExtendLast(int end)
    {
        if (_ranges is not null) _ranges[^1] = (_ranges[^1].Start, end);
    }

    // All tokens from the index on stand for the same characters.
    public void Cover(int first, int start, int end)
    {
        for (int i = first; i < _ranges?.Count; i++) _ranges[i] = (start, end);
    }
}
