using System.Runtime.CompilerServices;
using LLamaNet.Backends.Cpu.Memory;
using LLamaNet.Backends.Cpu.Products;
using LLamaNet.Backends.Cpu.Threads;
using LLamaNet.Tensors;

namespace LLamaNet.Backends.Cpu.Rows;

// y[r] = table[tokens[r]], exactly as the format's Dequantize gives it          y: [rows, width]
internal readonly unsafe struct Embed(CpuTensor y, CpuWeight table, int* tokens) : IChunkWork
{
    private readonly CpuTensor _y = y;
    private readonly CpuWeight _table = table;
    private readonly int* _tokens = tokens;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run(int chunk)
    {
        int row = _tokens[chunk], width = _table.Width, index = 0;
        for (; row >= _table.Parts[index].Rows; index++) row -= _table.Parts[index].Rows;
        CpuWeight.Part part = _table.Parts[index];
        WeightFormat format = WeightFormat.Of(part.Format.Type);

        int bytes = (int)format.RowBytes(width);
        byte* blocks = (byte*)ThreadScratch.Floats((bytes + sizeof(float) - 1) / sizeof(float));
        part.Format.Unpack(part.Panel(row / TileKernel.Rows), row % TileKernel.Rows, width, blocks);
        format.Dequantize(new ReadOnlySpan<byte>(blocks, bytes), _y.Row(chunk));
    }
}
