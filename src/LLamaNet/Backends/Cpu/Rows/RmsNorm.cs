using System.Runtime.CompilerServices;
using LLamaNet.Backends.Cpu.Memory;
using LLamaNet.Backends.Cpu.Simd;
using LLamaNet.Backends.Cpu.Threads;

namespace LLamaNet.Backends.Cpu.Rows;

// y[r] = x[r] / sqrt(mean(x[r]^2) + epsilon) * weight
// Shapes    y, x: [rows, width], weight: [1, width]; y may be x.
// Threads   chunks of rows.
// Numerics  squares summed in f32 in 64 running sums; x is scaled first, then weighted.
internal readonly unsafe struct RmsNorm(CpuTensor y, CpuTensor x, CpuTensor weight, float epsilon, RowSplit split) : ILaneWork
{
    private readonly CpuTensor _y = y;
    private readonly CpuTensor _x = x;
    private readonly CpuTensor _weight = weight;
    private readonly float _epsilon = epsilon;
    private readonly RowSplit _split = split;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run<V>(int chunk)
        where V : unmanaged, ILanes<V>
    {
        int width = _x.Width;
        for (int row = _split.First(chunk); row < _split.End(chunk); row++)
            Row<V>(_y.Pointer + (long)row * width, _x.Pointer + (long)row * width, _weight.Pointer, width, _epsilon);
    }

    // y = x / sqrt(mean(x^2) + epsilon) * weight                     y, x, weight: [width]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Row<V>(float* y, float* x, float* weight, int width, float epsilon)
        where V : unmanaged, ILanes<V>
    {
        float scale = 1f / MathF.Sqrt(SumOfSquares<V>(x, width) / width + epsilon);
        RowMap.Run<V, ScaleAndWeight>(y, x, weight, width, new ScaleAndWeight(scale));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float SumOfSquares<V>(float* x, int width)
        where V : unmanaged, ILanes<V>
    {
        const int Lanes = ILanes<V>.Count;
        V a = V.Zero, b = V.Zero, c = V.Zero, d = V.Zero;
        int i = 0;
        for (; i <= width - 4 * Lanes; i += 4 * Lanes)
        {
            V x0 = V.Load(x + i), x1 = V.Load(x + i + Lanes), x2 = V.Load(x + i + 2 * Lanes), x3 = V.Load(x + i + 3 * Lanes);
            a = V.MultiplyAdd(x0, x0, a);
            b = V.MultiplyAdd(x1, x1, b);
            c = V.MultiplyAdd(x2, x2, c);
            d = V.MultiplyAdd(x3, x3, d);
        }

        for (; i <= width - Lanes; i += Lanes)
        {
            V block = V.Load(x + i);
            a = V.MultiplyAdd(block, block, a);
        }

        if (i < width)
        {
            V last = PartialLanes.Load<V>(x + i, width - i);
            b = V.MultiplyAdd(last, last, b);
        }

        return V.Sum(a + b + (c + d));
    }

    private readonly struct ScaleAndWeight(float scale) : IMapping
    {
        private readonly float _scale = scale;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Invoke<V>(V x, V weight)
            where V : unmanaged, ILanes<V>
            => x * V.Splat(_scale) * weight;
    }
}
