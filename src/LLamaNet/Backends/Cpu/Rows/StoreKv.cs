using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using LLamaNet.Backends.Cpu.Attention;
using LLamaNet.Backends.Cpu.Memory;
using LLamaNet.Backends.Cpu.Simd;
using LLamaNet.Backends.Cpu.Threads;
using LLamaNet.Tensors;

namespace LLamaNet.Backends.Cpu.Rows;

// keys[position] = k[r], values[position] = v[r], in the pages of the row's sequence
// Shapes    qkv: [rows, (heads + 2 kvHeads) * headDim] as q | k | v; keys, values: tiles as KvTile says.
// Threads   chunks of rows.
// Numerics  to F16: to the nearest, ties to even; to Q8_0: as weights are.
internal readonly unsafe struct StoreKv(
    CpuTensor keys, CpuTensor values, CpuTensor qkv, AttentionShape shape, Batch batch, RowSplit split) : ILaneWork
{
    private readonly CpuTensor _keys = keys;
    private readonly CpuTensor _values = values;
    private readonly CpuTensor _qkv = qkv;
    private readonly AttentionShape _shape = shape;
    private readonly Batch _batch = batch;
    private readonly RowSplit _split = split;

    private static readonly WeightFormat s_f16 = WeightFormat.Of(DType.F16);

    // Keys are transposed: with many rows at once, whole cache lines of the cache are written.
    public const int RowsAtOnce = 32;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run<V>(int chunk)
        where V : unmanaged, ILanes<V>
    {
        int row = _split.First(chunk);
        int end = _split.End(chunk);
        for (int index = BatchRows.SegmentOf(_batch, row); row < end; index++)
        {
            Batch.Segment segment = _batch.Segments[index];
            while (row < Math.Min(end, segment.FirstRow + segment.Count))
            {
                int position = segment.FirstPosition + row - segment.FirstRow;
                int offset = position % KvLayer.PageLength;
                int rows = Math.Min(Math.Min(end, segment.FirstRow + segment.Count) - row, KvLayer.PageLength - offset);
                StoreRows(row, rows, segment.Pages[position / KvLayer.PageLength], offset);
                row += rows;
            }
        }
    }

    // Rows of one page, from the offset-th position of the page on.
    private void StoreRows(int row, int rows, int page, int offset)
    {
        int headDim = _shape.HeadDim;
        float* k = _qkv.Pointer + (long)row * _shape.QkvWidth + _shape.QueryWidth;
        for (int head = 0; head < _shape.KvHeads; head++, k += headDim)
        {
            byte* keys = KvTile.First(_keys, _shape, page, head), values = KvTile.First(_values, _shape, page, head);
            float* v = k + _shape.KeyWidth;
            switch (_keys.Type)
            {
                case DType.F32:
                    Transpose(k, _shape.QkvWidth, (float*)keys + offset, rows);
                    for (int i = 0; i < rows; i++)
                        Row(v, i).CopyTo(new Span<float>((float*)values + (offset + i) * headDim, headDim));
                    break;
                case DType.F16:
                    var halves = (Half*)ThreadScratch.Floats(rows * headDim);
                    for (int i = 0; i < rows; i++)
                    {
                        if (!s_f16.CanHold(Row(k, i))) _keys.AllFinite = false;
                        if (!s_f16.CanHold(Row(v, i))) _values.AllFinite = false;
                        TensorPrimitives.ConvertToHalf(Row(k, i), new Span<Half>(halves + i * headDim, headDim));
                        TensorPrimitives.ConvertToHalf(
                            Row(v, i), new Span<Half>((Half*)values + (offset + i) * headDim, headDim));
                    }

                    Transpose(halves, headDim, (Half*)keys + offset, rows);
                    break;
                default:
                    for (int i = 0; i < rows; i++)
                    {
                        ByteTile.Store(Row(k, i), keys, offset + i, offset + i, KvLayer.PageLength);
                        ByteTile.Store(Row(v, i), values, offset + i, (offset + i) * headDim, 1);
                    }

                    break;
            }
        }
    }

    private ReadOnlySpan<float> Row(float* first, int row) => new(first + (long)row * _shape.QkvWidth, _shape.HeadDim);

    // keys[i, row] = from[row, i]                                    keys: rows of KvLayer.PageLength
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Transpose<T>(T* from, int fromStride, T* keys, int rows)
        where T : unmanaged
    {
        int headDim = _shape.HeadDim;
        for (int i = 0; i < headDim; i++, keys += KvLayer.PageLength)
        {
            T* source = from + i;
            for (int row = 0; row < rows; row++, source += fromStride) keys[row] = *source;
        }
    }
}
