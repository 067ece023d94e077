using LLamaNet.Architectures.Rope;
using LLamaNet.Backends;

namespace LLamaNet.Models;

// A device's tables of the angles of every position of the context. One serves all sequences, except where a scaling depends
// on the prompt's length.
internal sealed class RopeTables(Backend backend, LlamaConfig config, int contextLength) : IDisposable
{
    private const int KeptTables = 4;

    private readonly List<(int Key, RopeTable Table)> _tables = [];

    // Of the tables that MakeAhead makes.
    public static long Bytes(LlamaConfig config, int contextLength) =>
        Ahead(config, contextLength).Count * 2L * sizeof(float) * contextLength * (config.HeadDim / 2);

    // Makes the tables that are known before there is a prompt: all of them, except where each length of a prompt has its own.
    public void MakeAhead()
    {
        foreach (int length in Ahead(config, contextLength)) For(length);
    }

    public RopeTable For(int promptLength)
    {
        int key = RopeAngles.KeyOf(config, promptLength);
        int index = _tables.FindIndex(entry => entry.Key == key);
        if (index < 0)
        {
            // The oldest table is dropped, not disposed: a running sequence may still use it; its memory frees itself.
            if (_tables.Count == KeptTables) _tables.RemoveAt(0);
            _tables.Add((key, Make(key)));
            index = _tables.Count - 1;
        }

        return _tables[index].Table;
    }

    public void Dispose()
    {
        foreach ((_, RopeTable table) in _tables) table.Dispose();
    }

    // Lengths of prompts, one for each table.
    private static IReadOnlyList<int> Ahead(LlamaConfig config, int contextLength) =>
        config.RopeScaling is RopeScaling.LongRope longRope && contextLength > longRope.OriginalContextLength
            ? [0, contextLength]
            : [0];

    private RopeTable Make(int key)
    {
        RopeAngles angles = RopeAngles.Of(config, key, contextLength);
        int pairs = config.HeadDim / 2;
        var table = new RopeTable(
            backend.Allocate(DType.F32, contextLength, pairs), backend.Allocate(DType.F32, contextLength, pairs));
        backend.Write(table.Cosines, angles.Cosines);
        backend.Write(table.Sines, angles.Sines);
        return table;
    }
}
