using System.Runtime.CompilerServices;
using LLamaNet.Backends.Cpu.Memory;
using LLamaNet.Backends.Cpu.Simd;
using LLamaNet.Backends.Cpu.Threads;

namespace LLamaNet.Backends.Cpu.Rows;

// y[r] = y[r] * factor
// Shapes    y: [rows, width].
// Threads   chunks of rows.
// Numerics  one rounding.
internal readonly unsafe struct Scale(CpuTensor y, float factor, RowSplit split) : ILaneWork
{
    private readonly CpuTensor _y = y;
    private readonly float _factor = factor;
    private readonly RowSplit _split = split;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run<V>(int chunk)
        where V : unmanaged, ILanes<V>
    {
        int width = _y.Width;
        for (int row = _split.First(chunk); row < _split.End(chunk); row++)
        {
            float* y = _y.Pointer + (long)row * width;
            RowMap.Run<V, Product>(y, y, y, width, new Product(_factor));
        }
    }

    private readonly struct Product(float factor) : IMapping
    {
        private readonly float _factor = factor;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Invoke<V>(V a, V b)
            where V : unmanaged, ILanes<V>
            => a * V.Splat(_factor);
    }
}
