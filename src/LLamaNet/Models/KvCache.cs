using System.Diagnostics;
using LLamaNet.Backends;
using LLamaNet.Tensors;

namespace LLamaNet.Models;

// Keys and values of all sequences, in pages handed out from one pool. Not thread-safe: it belongs to the decoding loop.
[DebuggerDisplay("{FreePages} of {PageCount} pages free")]
internal sealed class KvCache : IDisposable
{
    private readonly KvLayer[] _layers;
    private readonly Stack<int> _free;

    public KvCache(Backend backend, LlamaConfig config, DType type, int tokens)
    {
        PageCount = KvLayer.PagesFor(tokens);
        int rows = PageCount * config.KvHeads * KvLayer.PageLength;
        _layers = [.. Enumerable.Range(0, config.Layers).Select(_ => new KvLayer(
            backend.Allocate(type, rows, config.HeadDim), backend.Allocate(type, rows, config.HeadDim), config.KvHeads,
            config.HeadDim))];
        _free = new Stack<int>(Enumerable.Range(0, PageCount).Reverse());
    }

    public int PageCount { get; }

    public int FreePages => _free.Count;

    public static long Bytes(LlamaConfig config, DType type, int tokens) =>
        2L * config.Layers * KvLayer.PagesFor(tokens) * KvLayer.PageLength * config.KvHeads * WeightFormat.Of(type)
            .RowBytes(config.HeadDim);

    public KvLayer Layer(int index) => _layers[index];

    // Gives the sequence pages for `length` positions; false, and no change, when the pool has too few.
    public bool TryExtend(KvSequence sequence, int length)
    {
        int missing = KvLayer.PagesFor(length) - sequence.PageCount;
        if (missing > _free.Count) return false;
        for (; missing > 0; missing--) sequence.AddPage(_free.Pop());
        return true;
    }

    public void Release(KvSequence sequence)
    {
        foreach (int page in sequence.TakePages()) _free.Push(page);
    }

    public void Dispose()
    {
        foreach (KvLayer layer in _layers)
        {
            layer.Keys.Dispose();
            layer.Values.Dispose();
        }
    }
}
