using System.Runtime.CompilerServices;
using LLamaNet.Backends.Cpu.Memory;
using LLamaNet.Backends.Cpu.Simd;
using LLamaNet.Backends.Cpu.Threads;

namespace LLamaNet.Backends.Cpu.Attention;

// y[r, h] = softmax(scale * q[r, h] . k[first..position, h / group]) . v[first..position, h / group]
// Shapes    y: [rows, heads * headDim]; qkv: [rows, (heads + 2 kvHeads) * headDim], of which q is read; keys, values: KvTile.
// Threads   the pieces of AttentionPlan; when it splits the keys, AttentionMerge finishes.
// Numerics  q is scaled first; scores, weights and sums in f32; tiles of 64 keys from position 0 on by online softmax,
//           spans of 512 keys merged in order: a row's arithmetic depends on its position alone. A value before the window,
//           but in a page that a query of the block sees, gets weight 0: it must be finite.
internal readonly unsafe struct AttentionPieces(
    CpuTensor y, CpuTensor qkv, CpuTensor keys, CpuTensor values, AttentionShape shape, AttentionPlan plan) : ILaneWork
{
    private readonly CpuTensor _y = y;
    private readonly CpuTensor _qkv = qkv;
    private readonly CpuTensor _keys = keys;
    private readonly CpuTensor _values = values;
    private readonly AttentionShape _shape = shape;
    private readonly AttentionPlan _plan = plan;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run<V>(int chunk)
        where V : unmanaged, ILanes<V>
    {
        AttentionPlan.Piece piece = _plan.PieceAt(chunk);
        QueryBlock block = _plan.Block(piece.Block);
        int headDim = _shape.HeadDim, rows = block.Count * _shape.Group, heads = piece.EndHead - piece.FirstHead;
        int queryFloats = AttentionTile.QueryFloats(rows, headDim), stateFloats = rows * SoftmaxState.Stride(headDim);
        float* queries = ThreadScratch.Floats(AttentionTile.Floats(rows, headDim) + heads * (queryFloats + 2 * stateFloats));
        float* total = queries + heads * queryFloats;
        float* part = total + heads * stateFloats;
        float* memory = part + heads * stateFloats;
        for (int head = 0; head < heads; head++) LoadQueries<V>(queries + head * queryFloats, block, piece.FirstHead + head);
        if (_plan.Spans > 1)
        {
            AttendSpan<V>(
                _plan.PartialStates(piece.Block, piece.Span, piece.FirstHead), _plan.StateFloats, queries, memory, block, piece,
                piece.Span);
            return;
        }

        AttendSpan<V>(total, stateFloats, queries, memory, block, piece, 0);
        for (int next = 1; next < AttentionPlan.SpansOf(block); next++)
        {
            AttendSpan<V>(part, stateFloats, queries, memory, block, piece, next);
            for (int head = 0; head < heads; head++)
                Merge<V>(total + head * stateFloats, part + head * stateFloats, rows, headDim);
        }

        for (int head = 0; head < heads; head++) Finish<V>(_y, total + head * stateFloats, _shape, block, piece.FirstHead + head);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Merge<V>(float* total, float* part, int rows, int headDim)
        where V : unmanaged, ILanes<V>
    {
        int stride = SoftmaxState.Stride(headDim);
        for (int row = 0; row < rows; row++) SoftmaxState.Merge<V>(total + row * stride, part + row * stride, headDim);
    }

    // Row token * group + i of the states is the block's token and query head kvHead * group + i.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
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
    private void LoadQueries<V>(float* queries, QueryBlock block, int kvHead)
        where V : unmanaged, ILanes<V>
    {
        int width = _shape.Group * _shape.HeadDim;
        float scale = _shape.Scale ?? 1f / MathF.Sqrt(_shape.HeadDim);
        for (int token = 0; token < block.Count; token++)
        {
            float* from = _qkv.Pointer + (block.FirstRow + token) * (long)_shape.QkvWidth + kvHead * width;
            float* to = queries + token * width;

            // The last block runs over: into the next token's place, written afterwards, or behind the last token's.
            for (int i = 0; i < width; i += ILanes<V>.Count) V.Store(V.Load(from + i) * V.Splat(scale), to + i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void AttendSpan<V>(
        float* states, int stateFloats, float* queries, float* memory, QueryBlock block, AttentionPlan.Piece piece, int span)
        where V : unmanaged, ILanes<V>
    {
        int headDim = _shape.HeadDim, rows = block.Count * _shape.Group, heads = piece.EndHead - piece.FirstHead;
        int queryFloats = AttentionTile.QueryFloats(rows, headDim);
        for (int head = 0; head < heads; head++) SoftmaxState.Clear(states + head * stateFloats, rows, headDim);
        int firstSpanKey = (AttentionPlan.FirstSpan(block) + span) * AttentionPlan.SpanLength;
        int end = Math.Min(block.EndKey, firstSpanKey + AttentionPlan.SpanLength);
        int firstPageKey = block.FirstKey / KvLayer.PageLength * KvLayer.PageLength;
        for (int first = Math.Max(firstSpanKey, firstPageKey); first < end; first += KvLayer.PageLength)
        {
            int page = first / KvLayer.PageLength,
                followingPage = Math.Min(first + KvLayer.PageLength, end - 1) / KvLayer.PageLength;
            var tile = new AttentionTile(rows, headDim, memory);
            for (int row = 0; row < rows; row++)
            {
                int seen = block.FirstPosition + row / _shape.Group + 1 - first;
                tile.Lengths[row] = Math.Clamp(seen, 0, KvLayer.PageLength);
            }

            bool hasHidden = _shape.Window > 0 && HideKeys(tile, rows, block, first);
            for (int head = 0; head < heads; head++)
            {
                int kvHead = piece.FirstHead + head;
                byte* keys = KvTile.First(_keys, _shape, block.Pages[page], kvHead),
                    values = KvTile.First(_values, _shape, block.Pages[page], kvHead);
                byte* nextKeys = head + 1 < heads
                    ? KvTile.First(_keys, _shape, block.Pages[page], kvHead + 1)
                    : KvTile.First(_keys, _shape, block.Pages[followingPage], piece.FirstHead);
                float* state = states + head * stateFloats;
                float* query = queries + head * queryFloats;
                switch (_keys.Type)
                {
                    case DType.F32:
                        tile.Attend<V, F32Elements>(state, query, keys, values, nextKeys, hasHidden);
                        break;
                    case DType.F16 when _keys.AllFinite && _values.AllFinite:
                        tile.Attend<V, FiniteF16Elements>(state, query, keys, values, nextKeys, hasHidden);
                        break;
                    case DType.F16:
                        tile.Attend<V, F16Elements>(state, query, keys, values, nextKeys, hasHidden);
                        break;
                    default:
                        tile.AttendBytes<V>(state, query, keys, values, nextKeys, hasHidden, KvTile.Bytes(_keys));
                        break;
                }
            }
        }
    }

    // Whether some query does not see the tile's first key, because of the window; the tile begins at key `first`.
    private bool HideKeys(AttentionTile tile, int rows, QueryBlock block, int first)
    {
        int hidden = 0;
        for (int row = 0; row < rows; row++)
        {
            int start = Math.Max(0, _shape.FirstKey(block.FirstPosition + row / _shape.Group) - first);
            if (start >= tile.Lengths[row]) tile.Lengths[row] = start = 0;
            tile.Starts[row] = start;
            hidden |= start;
        }

        return hidden != 0;
    }
}
