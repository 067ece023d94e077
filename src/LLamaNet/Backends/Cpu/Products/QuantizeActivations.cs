using System.Runtime.CompilerServices;
using LLamaNet.Backends.Cpu.Memory;
using LLamaNet.Backends.Cpu.Simd;
using LLamaNet.Backends.Cpu.Threads;

namespace LLamaNet.Backends.Cpu.Products;

// records = QuantizedRecord(x)                                   x: [tokens, width], width a multiple of 32
internal readonly unsafe struct QuantizeActivations<TRegister>(CpuTensor x, ActivationRecords records, ActivationSplit split)
    : IChunkWork
    where TRegister : unmanaged, IRegister<TRegister>
{
    private readonly CpuTensor _x = x;
    private readonly ActivationRecords _records = records;
    private readonly ActivationSplit _split = split;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run(int chunk)
    {
        int group = _split.Group(chunk), tokens = _records.TokensOf(group), width = _x.Width;
        float* rows = _x.Pointer + (long)group * TileKernel.GroupTokens * width;
        byte* record = _records.Group(group) + (long)_split.FirstStep(chunk) * tokens * QuantizedRecord.Bytes;
        for (int step = _split.FirstStep(chunk); step < _split.EndStep(chunk); step++)
        {
            for (int token = 0; token < tokens; token++)
            {
                QuantizedRecord.Write<TRegister>(rows + (long)token * width + step * _records.StepLength, record);
                record += QuantizedRecord.Bytes;
            }
        }
    }
}
