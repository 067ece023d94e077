using LLamaNet.Backends;
using LLamaNet.Tensors;

namespace LLamaNet.Tests.Doubles;

// One layer's cache on a backend, and steps that store and attend.
internal sealed class TestCache : IDisposable
{
    private readonly Backend _backend;
    private readonly AttentionShape _shape;
    private readonly RopeTable _unusedRope;

    // fill: what every key and value is before something is stored.
    public TestCache(Backend backend, AttentionShape shape, DType type, int pages, float fill = 0)
    {
        _backend = backend;
        _shape = shape;
        _unusedRope = new RopeTable(backend.Allocate(DType.F32, 1, 1), backend.Allocate(DType.F32, 1, 1));
        int rows = pages * shape.KvHeads * KvLayer.PageLength;
        Kv = new KvLayer(
            backend.Allocate(type, rows, shape.HeadDim), backend.Allocate(type, rows, shape.HeadDim), shape.KvHeads,
            shape.HeadDim);
        float[] values = Enumerable.Repeat(fill, rows * shape.HeadDim).ToArray();
        backend.Write(Kv.Keys, values);
        backend.Write(Kv.Values, values);
    }

    public KvLayer Kv { get; }

    public float[] Step(TestSequence sequence, int count) => Step((sequence, count));

    // The next tokens of each sequence in one batch. Returns [tokens, heads * headDim].
    public float[] Step(params (TestSequence Sequence, int Count)[] parts)
    {
        (Batch batch, float[] rows) = Next(parts);
        using Tensor qkv = _backend.Tensor(batch.Count, _shape.QkvWidth, rows);
        _backend.StoreKv(Kv, qkv, _shape, batch);
        using Guarded y = new(_backend, batch.Count, _shape.QueryWidth);
        _backend.Attention(y.Tensor, qkv, Kv, _shape, batch);
        return y.Read();
    }

    // All of one sequence, in pieces. Returns [tokens, heads * headDim].
    public float[] Run(TestSequence sequence, int tokens, int chunk)
    {
        var y = new List<float>();
        while (sequence.Length < tokens) y.AddRange(Step(sequence, Math.Min(chunk, tokens - sequence.Length)));
        return [.. y];
    }

    public void Store(TestSequence sequence, int count)
    {
        (Batch batch, float[] rows) = Next([(sequence, count)]);
        using Guarded qkv = new(_backend, batch.Count, _shape.QkvWidth, rows);
        _backend.StoreKv(Kv, qkv.Tensor, _shape, batch);
        Xunit.Assert.Equal(rows, qkv.Read());
    }

    public void Dispose()
    {
        Kv.Keys.Dispose();
        Kv.Values.Dispose();
        _unusedRope.Dispose();
    }

    private (Batch Batch, float[] Rows) Next((TestSequence Sequence, int Count)[] parts)
    {
        var batch = new Batch(parts.Sum(part => part.Count));
        var rows = new List<float>();
        foreach ((TestSequence sequence, int count) in parts)
        {
            batch.Append(new int[count], sequence.Length, sequence.Pages, _unusedRope, Batch.Outputs.None);
            rows.AddRange(sequence.Rows(sequence.Length, count));
            sequence.Length += count;
        }

        return (batch, [.. rows]);
    }
}
