using System.Runtime.CompilerServices;
using LLamaNet.Backends.Cpu.Memory;
using LLamaNet.Backends.Cpu.Threads;

namespace LLamaNet.Backends.Cpu.Rows;

// y[i] = x[rowIndices[i]]
// Shapes    y, x: [.., width]; y is not x.
// Threads   chunks of rows of y.
// Numerics  a copy.
internal readonly unsafe struct Gather(CpuTensor y, CpuTensor x, int* rowIndices, RowSplit split) : IChunkWork
{
    private readonly CpuTensor _y = y;
    private readonly CpuTensor _x = x;
    private readonly int* _rowIndices = rowIndices;
    private readonly RowSplit _split = split;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run(int chunk)
    {
        for (int row = _split.First(chunk); row < _split.End(chunk); row++) _x.Row(_rowIndices[row]).CopyTo(_y.Row(row));
    }
}
