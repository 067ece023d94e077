namespace LLamaNet.PtxInterpreter.Driver;

internal sealed class DriverCounters
{
    private readonly Dictionary<string, long> _kernels = new(StringComparer.Ordinal);

    public long Launches { get; set; }

    public long GraphLaunches { get; set; }

    public long KernelsRun { get; private set; }

    public long Allocations { get; set; }

    public long HostAllocations { get; set; }

    public long CopiesToDevice { get; set; }

    public long CopiesFromDevice { get; private set; }

    public long CopiesOnDevice { get; set; }

    public long Fills { get; set; }

    public long BytesFromDevice { get; private set; }

    public long Synchronisations { get; set; }

    public long ModulesLoaded { get; set; }

    public long GraphsInstantiated { get; set; }

    public PtxCounters Now => new(
        Launches, GraphLaunches, KernelsRun, Allocations, HostAllocations, CopiesToDevice, CopiesFromDevice, CopiesOnDevice,
        Fills, BytesFromDevice, Synchronisations, ModulesLoaded, GraphsInstantiated);

    public long KernelsRunNamed(string name) => _kernels.GetValueOrDefault(name);

    public void CountKernel(string name)
    {
        KernelsRun++;
        _kernels[name] = _kernels.GetValueOrDefault(name) + 1;
    }

    public void CountCopyFromDevice(long bytes)
    {
        CopiesFromDevice++;
        BytesFromDevice += bytes;
    }
}
