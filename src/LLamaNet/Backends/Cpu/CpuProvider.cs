using LLamaNet.Backends.Cpu.Memory;
using LLamaNet.Backends.Cpu.Products;
using LLamaNet.Backends.Cpu.Simd;
using LLamaNet.Backends.Cpu.Threads;
using LLamaNet.Tensors;

namespace LLamaNet.Backends.Cpu;

internal sealed class CpuProvider : DeviceProvider
{
    public override DeviceKind Kind => DeviceKind.Cpu;

    public override string Name => "cpu";

    public override string Noun => "CPU";

    public override bool HasOrdinals => false;

    public override int PrefillChunk => 256;

    public override DType FloatKvCacheType => DType.F32;

    public override IReadOnlyList<DType> KvCacheTypes => CpuBackend.KvTypes;

    public override int Count() => 1;

    public override DeviceDescription Describe(int ordinal)
    {
        string name = $"{CpuTopology.PhysicalCores} cores, {SimdWidths.Describe(SimdWidths.Widest)}";
        return new DeviceDescription(Device.Cpu, name, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes, null);
    }

    public override DeviceDescription DescribeMissing(string refusal) => new(Device.Cpu, Noun, 0, refusal);

    public override long ReadFreeBytes(int ordinal) => CpuMemory.AvailableBytes();

    public override Backend Open(int ordinal, ModelOptions options) => new CpuBackend(Threads(options));

    public override long WeightBytes(IReadOnlyList<MatrixSource> parts) => CpuWeight.PlannedBytes(parts);

    public override long ScratchBytes(StepLimits limits, ModelOptions options) =>
        CpuScratch.Bytes(limits, Threads(options));

    private static int Threads(ModelOptions options) => options.Threads ?? CpuTopology.PhysicalCores;
}
