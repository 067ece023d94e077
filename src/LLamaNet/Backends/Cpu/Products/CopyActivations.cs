using System.Runtime.CompilerServices;
using LLamaNet.Backends.Cpu.Memory;
using LLamaNet.Backends.Cpu.Threads;

namespace LLamaNet.Backends.Cpu.Products;

// records = FloatRecord(x)                                       x: [tokens, width]
internal readonly unsafe struct CopyActivations(CpuTensor x, ActivationRecords records, ActivationSplit split) : IChunkWork
{
    private readonly CpuTensor _x = x;
    private readonly ActivationRecords _records = records;
    private readonly ActivationSplit _split = split;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run(int chunk)
    {
        int group = _split.Group(chunk), tokens = _records.TokensOf(group), width = _x.Width;
        float* rows = _x.Pointer + (long)group * TileKernel.GroupTokens * width;
        float* record = (float*)_records.Group(group) + (long)_split.FirstStep(chunk) * tokens * FloatRecord.Length;
        for (int step = _split.FirstStep(chunk); step < _split.EndStep(chunk); step++)
        {
            int first = step * FloatRecord.Length;
            for (int token = 0; token < tokens; token++)
            {
                FloatRecord.Write(rows + (long)token * width + first, width - first, record);
                record += FloatRecord.Length;
            }
        }
    }
}
