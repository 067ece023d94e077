using LLamaNet.Backends;

namespace LLamaNet.Models;

// The rotations of every position of the context, in double precision on the host. One table serves all sequences, except
// with dynamic NTK scaling, where a prompt longer than the original context has a table of its own.
internal sealed class RopeTables(Backend backend, LlamaConfig config, int contextLength) : IDisposable
{
    private const int KeptTables = 4;

    private readonly int _half = config.HeadDim / 2;
    private readonly List<(int PromptLength, RopeTable Table)> _tables = [];

    public static long Bytes(LlamaConfig config, int contextLength) => 2L * sizeof(float) * contextLength * (config.HeadDim / 2);

    // Token p of a sequence uses the frequencies of a sequence of max(promptLength, p + 1) tokens: what whole-prompt
    // prefill followed by single steps gives, however the prompt is cut into chunks.
    public RopeTable For(int promptLength)
    {
        int key = config.RopeScaling is RopeScaling.Dynamic dynamic ? Math.Max(promptLength, dynamic.OriginalContextLength) : 0;
        int index = _tables.FindIndex(entry => entry.PromptLength == key);
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

    private RopeTable Make(int promptLength)
    {
        var cosines = new float[contextLength * _half];
        var sines = new float[contextLength * _half];
        double[] frequencies = RopeFrequencies.Compute(config, promptLength, out double attentionFactor);
        for (int position = 0; position < contextLength; position++)
        {
            if (config.RopeScaling is RopeScaling.Dynamic && position >= promptLength)
                frequencies = RopeFrequencies.Compute(config, position + 1, out attentionFactor);
            for (int i = 0; i < _half; i++)
            {
                (double sine, double cosine) = Math.SinCos(position * frequencies[i]);
                cosines[position * _half + i] = (float)(cosine * attentionFactor);
                sines[position * _half + i] = (float)(sine * attentionFactor);
            }
        }

        var table = new RopeTable(
            backend.Allocate(DType.F32, contextLength, _half), backend.Allocate(DType.F32, contextLength, _half));
        backend.Write(table.Cosines, cosines);
        backend.Write(table.Sines, sines);
        return table;
    }
}
