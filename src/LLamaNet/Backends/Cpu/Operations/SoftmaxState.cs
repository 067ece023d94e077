using System.Runtime.CompilerServices;
using LLamaNet.Backends.Cpu.Simd;

namespace LLamaNet.Backends.Cpu.Operations;

// One query's softmax over the keys seen so far: m = max score, l = sum exp(score - m), o = sum exp(score - m) v.
// A row of floats: o [headDim rounded up to 16] | m | l. l is 0 only before the first key: the largest score adds exp(0).
// (Milakov & Gimelshein, 2018, "Online normalizer calculation for softmax")
internal static unsafe class SoftmaxState
{
    public static int OutputWidth(int headDim) => (headDim + 15) & -16;

    // Floats of one row.
    public static int Stride(int headDim) => OutputWidth(headDim) + 16;

    public static void Clear(float* states, int rows, int headDim)
    {
        int stride = Stride(headDim);
        new Span<float>(states, rows * stride).Clear();
        for (int row = 0; row < rows; row++) states[row * stride + OutputWidth(headDim)] = float.NegativeInfinity;
    }

    // scores[j] -> exp(scores[j] - m) with m the maximum of this tile's scores and those before; o and l shrink to match.
    // o does not yet include the tile. scores: [KvLayer.PageLength], of which the first `length` are the query's.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Advance<V>(float* state, int headDim, float* scores, int length)
        where V : unmanaged, ILanes<V>
    {
        const int Lanes = ILanes<V>.Count;
        int outputWidth = OutputWidth(headDim);
        int padded = (length + Lanes - 1) & -Lanes;
        for (int i = length; i < padded; i++) scores[i] = float.NegativeInfinity;

        V top = V.Load(scores);
        for (int i = Lanes; i < padded; i += Lanes) top = V.Max(top, V.Load(scores + i));
        float oldMax = state[outputWidth];
        float max = MathF.Max(oldMax, V.MaxAcross(top));

        for (int i = 0; i < padded; i += Lanes) V.Store(LaneMath.Exp(V.Load(scores + i) - V.Splat(max)), scores + i);
        for (int i = length; i < padded; i++) scores[i] = 0;
        V sum = V.Zero;
        for (int i = 0; i < padded; i += Lanes) sum += V.Load(scores + i);

        float kept = max == oldMax ? 1 : Shrink<V>(oldMax, max);
        if (kept != 1) Scale<V>(state, outputWidth, kept);
        state[outputWidth] = max;
        state[outputWidth + 1] = state[outputWidth + 1] * kept + V.Sum(sum);
    }

    // total: the softmax over the keys of both.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Merge<V>(float* total, float* part, int headDim)
        where V : unmanaged, ILanes<V>
    {
        int outputWidth = OutputWidth(headDim);
        if (part[outputWidth + 1] == 0) return;
        float max = MathF.Max(total[outputWidth], part[outputWidth]);
        float keptOfTotal = Shrink<V>(total[outputWidth], max);
        float keptOfPart = Shrink<V>(part[outputWidth], max);
        for (int i = 0; i < outputWidth; i += ILanes<V>.Count)
        {
            V scaled = V.Load(total + i) * V.Splat(keptOfTotal);
            V.Store(V.MultiplyAdd(V.Load(part + i), V.Splat(keptOfPart), scaled), total + i);
        }

        total[outputWidth] = max;
        total[outputWidth + 1] = total[outputWidth + 1] * keptOfTotal + part[outputWidth + 1] * keptOfPart;
    }

    // y = o / l                                                      y: [headDim]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Finish<V>(float* y, float* state, int headDim)
        where V : unmanaged, ILanes<V>
    {
        V sum = V.Splat(state[OutputWidth(headDim) + 1]);
        int i = 0;
        for (; i <= headDim - ILanes<V>.Count; i += ILanes<V>.Count) V.Store(V.Load(state + i) / sum, y + i);
        if (i < headDim) PartialLanes.Store(V.Load(state + i) / sum, y + i, headDim - i);
    }

    // exp(from - to), the same bits in every lane and at every width.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Shrink<V>(float from, float to)
        where V : unmanaged, ILanes<V>
        => V.MaxAcross(LaneMath.Exp(V.Splat(from - to)));

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Scale<V>(float* state, int outputWidth, float factor)
        where V : unmanaged, ILanes<V>
    {
        for (int i = 0; i < outputWidth; i += ILanes<V>.Count) V.Store(V.Load(state + i) * V.Splat(factor), state + i);
    }
}
