using System.Runtime.CompilerServices;
using LLamaNet.Backends.Cpu.Simd;

namespace LLamaNet.Backends.Cpu.Operations;

// The queries that work on one tile of keys and values together, and the memory they need for it.
internal readonly unsafe struct AttentionTile(int rows, int headDim, float* memory)
{
    // From as many queries on, the tile is widened to F32 once instead of by each group of queries that loads it.
    private const int WidenFromRows = 5;

    public int Rows => rows;

    // [rows, headDim], already scaled by 1 / sqrt(headDim).
    public float* Queries { get; } = memory;

    // [rows, PageLength]
    public float* Scores { get; } = memory + QueryFloats(rows, headDim);

    // Keys, from the tile's first on, that each query sees. [rows]
    public int* Lengths { get; } = (int*)(memory + QueryFloats(rows, headDim) + rows * KvLayer.PageLength);

    // One tile in F32 and 16 floats more. [PageLength * headDim]
    private readonly float* _widened = memory + QueryFloats(rows, headDim) + rows * (KvLayer.PageLength + 16);

    public static int Floats(int rows, int headDim) =>
        QueryFloats(rows, headDim) + rows * (KvLayer.PageLength + 16) + KvLayer.PageLength * headDim + 16;

    // states: one SoftmaxState for each query; keys, values: as KvTile says.
    public void Attend<V, TElements>(float* states, byte* keys, byte* values)
        where V : unmanaged, ILanes<V>
        where TElements : struct, IElements
    {
        int longest = 0;
        for (int row = 0; row < rows; row++) longest = Math.Max(longest, Lengths[row]);

        if (typeof(TElements) == typeof(Singles) || rows < WidenFromRows)
        {
            Score<V, TElements>(keys, longest);
            Advance<V>(states);
            Accumulate<V, TElements>(states, values);
        }
        else
        {
            Widen<V, TElements>(keys, KvLayer.PageLength * headDim);
            Score<V, Singles>((byte*)_widened, longest);
            Advance<V>(states);
            Widen<V, TElements>(values, longest * headDim);
            Accumulate<V, Singles>(states, (byte*)_widened);
        }
    }

    // A multiple of 16, with room for a block of 16 to run over.
    private static int QueryFloats(int rows, int headDim) => (rows * headDim + 31) & -16;

    private void Score<V, TElements>(byte* keys, int longest)
        where V : unmanaged, ILanes<V>
        where TElements : struct, IElements
    {
        const int Length = KvLayer.PageLength;
        new Span<float>(Scores, rows * Length).Clear();
        PanelProduct.Run<V, TElements>(Scores, Length, Queries, headDim, keys, Length, rows, (longest + 15) & -16, headDim);
    }

    private void Advance<V>(float* states)
        where V : unmanaged, ILanes<V>
    {
        int stride = SoftmaxState.Stride(headDim);
        for (int row = 0; row < rows; row++)
        {
            if (Lengths[row] > 0)
                SoftmaxState.Advance<V>(states + row * stride, headDim, Scores + row * KvLayer.PageLength, Lengths[row]);
        }
    }

    private void Accumulate<V, TElements>(float* states, byte* values)
        where V : unmanaged, ILanes<V>
        where TElements : struct, IElements
        => PanelProduct.Run<V, TElements>(
            states, SoftmaxState.Stride(headDim), Scores, KvLayer.PageLength, values, headDim,
            rows, SoftmaxState.OutputWidth(headDim), Lengths);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Widen<V, TElements>(byte* elements, int count)
        where V : unmanaged, ILanes<V>
        where TElements : struct, IElements
    {
        float* widened = _widened;
        for (int i = 0; i < count; i += ILanes<V>.Count) V.Store(TElements.Load<V>(elements + i * TElements.Size), widened + i);
    }
}
