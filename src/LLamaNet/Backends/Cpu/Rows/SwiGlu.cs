using System.Runtime.CompilerServices;
using LLamaNet.Backends.Cpu.Memory;
using LLamaNet.Backends.Cpu.Simd;
using LLamaNet.Backends.Cpu.Threads;

namespace LLamaNet.Backends.Cpu.Rows;

// y[r] = silu(gate[r]) * up[r], silu(v) = v / (1 + exp(-v))
// Shapes    y: [rows, n], gateUp: [rows, 2n], gate first.
// Threads   chunks of rows.
// Numerics  exp to 2e-7; below v = -88 the sigmoid stays at e^-88 instead of going on towards 0.
internal readonly unsafe struct SwiGlu(CpuTensor y, CpuTensor gateUp, RowSplit split) : ILaneWork
{
    private readonly CpuTensor _y = y;
    private readonly CpuTensor _gateUp = gateUp;
    private readonly RowSplit _split = split;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run<V>(int chunk)
        where V : unmanaged, ILanes<V>
    {
        int width = _y.Width;
        for (int row = _split.First(chunk); row < _split.End(chunk); row++)
        {
            float* gate = _gateUp.Pointer + (long)row * 2 * width;
            RowMap.Run<V, GatedSilu>(_y.Pointer + (long)row * width, gate, gate + width, width, default);
        }
    }

    private readonly struct GatedSilu : IMapping
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Invoke<V>(V gate, V up)
            where V : unmanaged, ILanes<V>
            => gate / (V.Splat(1f) + LaneMath.Exp(V.Zero - gate)) * up;
    }
}
