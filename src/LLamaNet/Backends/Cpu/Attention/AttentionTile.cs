using System.Runtime.CompilerServices;
using LLamaNet.Backends.Cpu.Simd;

namespace LLamaNet.Backends.Cpu.Attention;

// The queries that work on one tile of keys and values together, and the memory they need for it.
internal readonly unsafe struct AttentionTile(int rows, int headDim, float* memory)
{
    // From as many queries on, the tile is widened to F32 once instead of by each group of queries that loads it.
    private const int WidenFromRows = 9;

    // Blocks of bytes whose values are added up together. So many columns hide the latency of a sum.
    private const int BlocksAtOnce = 2;

    // [rows, PageLength]
    public float* Scores { get; } = memory;

    // The end of the keys, counted from the tile's first, that each query sees. [rows]
    public int* Lengths { get; } = (int*)(memory + rows * KvLayer.PageLength);

    // [rows]
    private readonly float* _kept = memory + rows * KvLayer.PageLength + Padded(rows);

    // [BlocksAtOnce, rows, PageLength]
    private readonly float* _scaled = memory + rows * KvLayer.PageLength + 2 * Padded(rows);

    // The first of the keys that each query sees, where a window hides some. [rows]
    public int* Starts { get; } =
        (int*)(memory + (1 + BlocksAtOnce) * rows * KvLayer.PageLength + 2 * Padded(rows) + KvLayer.PageLength * headDim);

    // One tile in F32. [PageLength * headDim]
    private readonly float* _widened = memory + (1 + BlocksAtOnce) * rows * KvLayer.PageLength + 2 * Padded(rows);

    public static int Floats(int rows, int headDim) =>
        (1 + BlocksAtOnce) * rows * KvLayer.PageLength + 3 * Padded(rows) + KvLayer.PageLength * headDim;

    private static int Padded(int rows) => (rows + 15) & -16;

    // Of one head's queries: a multiple of 16, with room for a block of 16 to run over.
    public static int QueryFloats(int rows, int headDim) => (rows * headDim + 31) & -16;

    // states: one SoftmaxState for each query; queries: [rows, headDim], already scaled by 1 / sqrt(headDim);
    // keys, values: as KvTile says. hasHidden: whether Starts are given.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Attend<V, TElements>(float* states, float* queries, byte* keys, byte* values, byte* nextKeys, bool hasHidden)
        where V : unmanaged, ILanes<V>
        where TElements : struct, IElements
    {
        int bytes = KvLayer.PageLength * headDim * TElements.Size;
        int longest = Longest();

        if (typeof(TElements) == typeof(F32Elements) || rows < WidenFromRows)
        {
            Score<V, TElements>(queries, keys, longest, new PrefetchCursor(values, bytes));
            Advance<V>(states, hasHidden);
            Accumulate<V, TElements>(states, values, new PrefetchCursor(nextKeys, bytes));
        }
        else
        {
            Widen<V, TElements>(keys, KvLayer.PageLength * headDim);
            Score<V, F32Elements>(queries, (byte*)_widened, longest, new PrefetchCursor(values, bytes));
            Advance<V>(states, hasHidden);
            Widen<V, TElements>(values, longest * headDim);
            Accumulate<V, F32Elements>(states, (byte*)_widened, new PrefetchCursor(nextKeys, bytes));
        }
    }

    // The same for keys and values that ByteTile keeps. Products are made with the bytes; the scale of a block comes to its
    // sums of a score, and to the weights of its values.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void AttendBytes<V>(float* states, float* queries, byte* keys, byte* values, byte* nextKeys, bool hasHidden, int bytes)
        where V : unmanaged, ILanes<V>
    {
        const int Length = KvLayer.PageLength, BlockLength = ByteTile.BlockLength;
        int blocks = headDim / BlockLength, longest = Longest(), columns = (longest + 15) & -16;
        int bytesOfBlock = bytes / blocks;

        new Span<float>(Scores, rows * Length).Clear();
        for (int block = 0; block < blocks; block++)
        {
            new Span<float>(_scaled, rows * Length).Clear();
            PanelProduct.Run<V, SignedBytes>(
                _scaled, Length, queries + block * BlockLength, headDim, keys + block * BlockLength * Length, Length,
                rows, columns, BlockLength, new PrefetchCursor(values + block * bytesOfBlock, bytesOfBlock));
            ByteTile.Scale<V>(Scores, _scaled, ByteTile.Scales(keys, headDim, block), rows, add: true);
        }

        Advance<V>(states, hasHidden);
        for (int block = 0; block < blocks; block += BlocksAtOnce)
        {
            int count = Math.Min(BlocksAtOnce, blocks - block), weights = rows * Length;
            for (int i = 0; i < count; i++)
                ByteTile.Scale<V>(_scaled + i * weights, Scores, ByteTile.Scales(values, headDim, block + i), rows, add: false);
            PanelProduct.Run<V, SignedBytes>(
                states + block * BlockLength, SoftmaxState.Stride(headDim), _scaled, Length, weights,
                values + block * BlockLength, headDim,
                rows, count * BlockLength, Lengths, new PrefetchCursor(nextKeys + block * bytesOfBlock, count * bytesOfBlock));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Advance<V>(float* states, bool hasHidden)
        where V : unmanaged, ILanes<V>
    {
        if (hasHidden) Hide(float.NegativeInfinity);
        SoftmaxState.Advance<V>(states, rows, headDim, Scores, Lengths, _kept);
        if (hasHidden) Hide(0);
    }

    // Sets the scores of the keys before each query's start.
    private void Hide(float score)
    {
        for (int row = 0; row < rows; row++) new Span<float>(Scores + row * KvLayer.PageLength, Starts[row]).Fill(score);
    }

    private int Longest()
    {
        int longest = 0;
        for (int row = 0; row < rows; row++) longest = Math.Max(longest, Lengths[row]);
        return longest;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Score<V, TElements>(float* queries, byte* keys, int longest, PrefetchCursor ahead)
        where V : unmanaged, ILanes<V>
        where TElements : struct, IElements
    {
        const int Length = KvLayer.PageLength;
        new Span<float>(Scores, rows * Length).Clear();
        PanelProduct.Run<V, TElements>(
            Scores, Length, queries, headDim, keys, Length, rows, (longest + 15) & -16, headDim, ahead);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Accumulate<V, TElements>(float* states, byte* values, PrefetchCursor ahead)
        where V : unmanaged, ILanes<V>
        where TElements : struct, IElements
        => PanelProduct.Run<V, TElements>(
            states, SoftmaxState.Stride(headDim), Scores, KvLayer.PageLength, 0, values, headDim,
            rows, SoftmaxState.OutputWidth(headDim), Lengths, ahead);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Widen<V, TElements>(byte* elements, int count)
        where V : unmanaged, ILanes<V>
        where TElements : struct, IElements
    {
        float* widened = _widened;
        var widening = new F16Lanes<V>();
        for (int i = 0; i < count; i += ILanes<V>.Count)
            V.Store(TElements.Load<V>(elements + i * TElements.Size, widening), widened + i);
    }
}
