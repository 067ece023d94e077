using System.Runtime.CompilerServices;
using LLamaNet.Backends.Cpu.Memory;
using LLamaNet.Backends.Cpu.Simd;
using LLamaNet.Backends.Cpu.Threads;

namespace LLamaNet.Backends.Cpu.Rows;

// y[r] += bias
// Shapes    y: [rows, width], bias: [1, width].
// Threads   chunks of rows.
// Numerics  one rounding.
internal readonly unsafe struct AddBias(CpuTensor y, CpuTensor bias, RowSplit split) : ILaneWork
{
    private readonly CpuTensor _y = y;
    private readonly CpuTensor _bias = bias;
    private readonly RowSplit _split = split;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run<V>(int chunk)
        where V : unmanaged, ILanes<V>
    {
        int width = _y.Width;
        for (int row = _split.First(chunk); row < _split.End(chunk); row++)
        {
            float* y = _y.Pointer + (long)row * width;
            RowMap.Run<V, Sum>(y, y, _bias.Pointer, width, default);
        }
    }
}
