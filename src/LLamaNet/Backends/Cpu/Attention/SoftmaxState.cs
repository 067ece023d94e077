using System.Runtime.CompilerServices;
using LLamaNet.Backends.Cpu.Simd;

namespace LLamaNet.Backends.Cpu.Attention;

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

    // For each row: scores[j] -> exp(scores[j] - m), with m the maximum of this tile's scores and those before; o and l shrink
    // to match. o does not yet include the tile. states: [rows]; scores: [rows, KvLayer.PageLength], of which the first
    // lengths[row] are the row's; kept: [rows rounded up to 16], for what o and l are multiplied by.
    // A step at a time for all rows: a row's steps wait for each other, those of different rows do not.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Advance<V>(float* states, int rows, int headDim, float* scores, int* lengths, float* kept)
        where V : unmanaged, ILanes<V>
    {
        const int Lanes = ILanes<V>.Count;
        int outputWidth = OutputWidth(headDim), stride = Stride(headDim);
        for (int row = 0; row < rows; row++)
        {
            float* max = states + row * stride + outputWidth;
            float before = *max;
            *max = MathF.Max(before, Maximum<V>(scores + row * KvLayer.PageLength, lengths[row]));
            kept[row] = before == *max ? 0 : before - *max;
        }

        for (int row = 0; row < rows; row += Lanes) V.Store(LaneMath.Exp(V.Load(kept + row)), kept + row);
        for (int row = 0; row < rows; row++)
        {
            float* max = states + row * stride + outputWidth, sum = max + 1;
            *sum = *sum * kept[row] + Exponentials<V>(scores + row * KvLayer.PageLength, lengths[row], *max);
        }

        for (int row = 0; row < rows; row++)
        {
            if (kept[row] != 1) Scale<V>(states + row * stride, outputWidth, kept[row]);
        }
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

    // The scores behind the row's become -infinity.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Maximum<V>(float* scores, int length)
        where V : unmanaged, ILanes<V>
    {
        V max = V.Splat(float.NegativeInfinity);
        for (; (length & (ILanes<V>.Count - 1)) != 0; length++) scores[length] = float.NegativeInfinity;
        for (int i = 0; i < length; i += ILanes<V>.Count) max = V.Max(max, V.Load(scores + i));
        return V.MaxAcross(max);
    }

    // Of the row's scores, and their sum. What -infinity leaves of those behind is nothing beside the largest one's.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Exponentials<V>(float* scores, int length, float max)
        where V : unmanaged, ILanes<V>
    {
        V sum = V.Zero, subtrahend = V.Splat(max);
        for (int i = 0; i < length; i += ILanes<V>.Count)
        {
            V exponentials = LaneMath.Exp(V.Load(scores + i) - subtrahend);
            V.Store(exponentials, scores + i);
            sum += exponentials;
        }

        return V.Sum(sum);
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
