using LLamaNet.Backends;
using LLamaNet.Backends.Cpu;
using LLamaNet.Tensors;

namespace LLamaNet.Tests.Doubles;

// A kind of device of a test's own: one device, which computes on the CPU.
internal sealed class FakeProvider(DeviceKind kind, string name) : DeviceProvider
{
    private readonly CpuProvider _cpu = new();

    public bool IsBroken { get; init; }

    public override DeviceKind Kind => kind;

    public override string Name => name;

    public override string Noun => $"{name} device";

    public override bool HasOrdinals => true;

    public override int PrefillChunk => _cpu.PrefillChunk;

    public override DType FloatKvCacheType => _cpu.FloatKvCacheType;

    public override IReadOnlyList<DType> KvCacheTypes => _cpu.KvCacheTypes;

    public override int Count() => 1;

    public override DeviceDescription Describe(int ordinal) => new(new Device(kind, ordinal), name, 1, null);

    public override DeviceDescription DescribeMissing(string refusal) => new(new Device(kind), name, 0, refusal);

    public override long ReadFreeBytes(int ordinal) => IsBroken ? throw new Broken($"{name} is broken") : 1;

    public override Backend Open(int ordinal, ModelOptions options) =>
        IsBroken ? throw new Broken($"{name} is broken") : _cpu.Open(ordinal, options);

    public override long WeightBytes(IReadOnlyList<MatrixSource> parts) => _cpu.WeightBytes(parts);

    public override long ScratchBytes(StepLimits limits, ModelOptions options) => _cpu.ScratchBytes(limits, options);

    internal sealed class Broken(string message) : DeviceException(message);
}
