using System.Numerics.Tensors;
using LLamaNet.Backends.Cpu.Simd;

namespace LLamaNet.Backends.Cpu.Operations;

// keys[position] = k[r], values[position] = v[r], in the pages of the row's sequence
// Shapes    qkv: [rows, (heads + 2 kvHeads) * headDim] as q | k | v; keys, values: tiles as KvTile says, F32 or F16.
// Threads   chunks of rows.
// Numerics  to F16: to the nearest, ties to even.
internal readonly unsafe struct StoreKv(
    CpuTensor keys, CpuTensor values, CpuTensor qkv, AttentionShape shape, Batch batch, RowSplit split) : ILaneWork
{
    private readonly CpuTensor _keys = keys;
    private readonly CpuTensor _values = values;
    private readonly CpuTensor _qkv = qkv;
    private readonly AttentionShape _shape = shape;
    private readonly Batch _batch = batch;
    private readonly RowSplit _split = split;

    public void Run<V>(int chunk)
        where V : unmanaged, ILanes<V>
    {
        int row = _split.First(chunk);
        int end = _split.End(chunk);
        for (int index = BatchRows.SegmentOf(_batch, row); row < end; index++)
        {
            Batch.Segment segment = _batch.Segments[index];
            for (; row < Math.Min(end, segment.FirstRow + segment.Count); row++)
            {
                int position = segment.FirstPosition + row - segment.FirstRow;
                Store(row, segment.Pages[position / KvLayer.PageLength], position % KvLayer.PageLength);
            }
        }
    }

    private void Store(int row, int page, int offset)
    {
        ReadOnlySpan<float> kv = _qkv.Row(row).Slice(_shape.QueryWidth, 2 * _shape.KeyWidth);
        if (_keys.Type == DType.F32)
        {
            Store(kv, _keys.Pointer, _values.Pointer, page, offset);
            return;
        }

        var halves = new Span<Half>(ThreadScratch.Floats(_shape.KeyWidth), 2 * _shape.KeyWidth);
        TensorPrimitives.ConvertToHalf(kv, halves);
        Store<Half>(halves, (Half*)_keys.Halves, (Half*)_values.Halves, page, offset);
    }

    private void Store<T>(ReadOnlySpan<T> kv, T* keys, T* values, int page, int offset)
        where T : unmanaged
    {
        int headDim = _shape.HeadDim;
        for (int head = 0; head < _shape.KvHeads; head++)
        {
            long tile = KvTile.First(_shape, page, head);
            ReadOnlySpan<T> key = kv.Slice(head * headDim, headDim);
            T* column = keys + tile + offset;
            for (int i = 0; i < key.Length; i++) column[i * KvLayer.PageLength] = key[i];

            kv.Slice(_shape.KeyWidth + head * headDim, headDim).CopyTo(new Span<T>(values + tile + offset * headDim, headDim));
        }
    }
}
