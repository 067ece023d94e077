namespace LLamaNet.Tokenization.Vocabulary;

// The bytes that each token stands for, in one block.
internal sealed class TokenTexts
{
    private readonly byte[] _bytes;
    private readonly int[] _ends;

    public TokenTexts(int count, Action<int, List<byte>> appendText)
    {
        var bytes = new List<byte>(8 * count);
        _ends = new int[count];
        for (int id = 0; id < count; id++)
        {
            appendText(id, bytes);
            _ends[id] = bytes.Count;
        }

        _bytes = [.. bytes];
    }

    public ReadOnlySpan<byte> this[int id]
    {
        get
        {
            int start = id == 0 ? 0 : _ends[id - 1];
            return _bytes.AsSpan(start, _ends[id] - start);
        }
    }
}
