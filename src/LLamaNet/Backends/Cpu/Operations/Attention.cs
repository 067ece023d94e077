using System.Runtime.CompilerServices;
using LLamaNet.Backends.Cpu.Simd;

namespace LLamaNet.Backends.Cpu.Operations;

// y[r, h] = softmax(q[r, h] . k[0..position, h / group] / sqrt(headDim)) . v[0..position, h / group]
// Shapes    y: [rows, heads * headDim]; qkv: [rows, (heads + 2 kvHeads) * headDim], of which q is read; keys, values: KvTile.
// Threads   the pieces of AttentionPlan; when it splits the keys, AttentionMerge finishes.
// Numerics  q is scaled first; scores, weights and sums in f32; tiles of 64 keys from position 0 on by online softmax,
//           spans of 512 keys merged in order: a row's arithmetic depends on its position alone.
internal readonly unsafe struct Attention(
    CpuTensor y, CpuTensor qkv, CpuTensor keys, CpuTensor values, AttentionShape shape, AttentionPlan plan) : ILaneWork
{
    private readonly CpuTensor _y = y;
    private readonly CpuTensor _qkv = qkv;
    private readonly CpuTensor _keys = keys;
    private readonly CpuTensor _values = values;
    private readonly AttentionShape _shape = shape;
    private readonly AttentionPlan _plan = plan;

    public void Run<V>(int chunk)
        where V : unmanaged, ILanes<V>
    {
        (QueryBlock block, int kvHead, int span) = _plan.Piece(chunk);
        int headDim = _shape.HeadDim;
        int rows = block.Count * _shape.Group;
        int tileFloats = AttentionTile.Floats(rows, headDim);
        int stateFloats = rows * SoftmaxState.Stride(headDim);
        float* memory = ThreadScratch.Floats(tileFloats + 2 * stateFloats);
        float* total = memory + tileFloats;
        float* part = total + stateFloats;
        var tile = new AttentionTile(rows, headDim, memory);
        LoadQueries<V>(tile, block, kvHead);
        if (_plan.Spans > 1)
        {
            AttendSpan<V>(_plan.PartialStates(chunk), tile, block, kvHead, span);
            return;
        }

        AttendSpan<V>(total, tile, block, kvHead, 0);
        for (int next = 1; next < AttentionPlan.SpansOf(block); next++)
        {
            AttendSpan<V>(part, tile, block, kvHead, next);
            Merge<V>(total, part, rows, headDim);
        }

        Finish<V>(_y, total, _shape, block, kvHead);
    }

    public static void Merge<V>(float* total, float* part, int rows, int headDim)
        where V : unmanaged, ILanes<V>
    {
        int stride = SoftmaxState.Stride(headDim);
        for (int row = 0; row < rows; row++) SoftmaxState.Merge<V>(total + row * stride, part + row * stride, headDim);
    }

    // Row token * group + i of the states is the block's token and query head kvHead * group + i.
    public static void Finish<V>(CpuTensor y, float* states, AttentionShape shape, QueryBlock block, int kvHead)
        where V : unmanaged, ILanes<V>
    {
        for (int token = 0; token < block.Count; token++)
        {
            float* heads = y.Pointer + (block.FirstRow + token) * (long)shape.QueryWidth + kvHead * shape.Group * shape.HeadDim;
            for (int i = 0; i < shape.Group; i++)
            {
                SoftmaxState.Finish<V>(heads + i * shape.HeadDim, states, shape.HeadDim);
                states += SoftmaxState.Stride(shape.HeadDim);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void LoadQueries<V>(AttentionTile tile, QueryBlock block, int kvHead)
        where V : unmanaged, ILanes<V>
    {
        int width = _shape.Group * _shape.HeadDim;
        float scale = 1f / MathF.Sqrt(_shape.HeadDim);
        for (int token = 0; token < block.Count; token++)
        {
            float* from = _qkv.Pointer + (block.FirstRow + token) * (long)_shape.QkvWidth + kvHead * width;
            float* to = tile.Queries + token * width;

            // The last block runs over: into the next token's place, written afterwards, or behind the last token's.
            for (int i = 0; i < width; i += ILanes<V>.Count) V.Store(V.Load(from + i) * V.Splat(scale), to + i);
        }
    }

    private void AttendSpan<V>(float* states, AttentionTile tile, QueryBlock block, int kvHead, int span)
        where V : unmanaged, ILanes<V>
    {
        SoftmaxState.Clear(states, tile.Rows, _shape.HeadDim);
        int end = Math.Min(block.Keys, (span + 1) * AttentionPlan.SpanLength);
        for (int first = span * AttentionPlan.SpanLength; first < end; first += KvLayer.PageLength)
        {
            for (int row = 0; row < tile.Rows; row++)
            {
                int seen = block.FirstPosition + row / _shape.Group + 1 - first;
                tile.Lengths[row] = Math.Clamp(seen, 0, KvLayer.PageLength);
            }

            long index = KvTile.First(_shape, block.Pages[first / KvLayer.PageLength], kvHead);
            if (_keys.Type == DType.F32) tile.Attend<V, Singles>(states, (byte*)(_keys.Pointer + index), (byte*)(_values.Pointer + index));
            else tile.Attend<V, Halves>(states, (byte*)(_keys.Halves + index), (byte*)(_values.Halves + index));
        }
    }
}
