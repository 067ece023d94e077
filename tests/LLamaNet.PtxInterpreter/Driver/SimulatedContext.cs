using System.Runtime.InteropServices;
using LLamaNet.PtxInterpreter.Execution;
using static LLamaNet.PtxInterpreter.Driver.DriverResult;

namespace LLamaNet.PtxInterpreter.Driver;

// A primary context: memory, streams and the machine that runs kernels on them.
internal sealed unsafe class SimulatedContext : IAwaited
{
    private readonly DriverCounters _counters;
    private readonly ExecutionOptions _limits;
    private readonly KernelExecutor _executor;
    private readonly Dictionary<ulong, long> _allocations = [];
    private readonly Dictionary<nint, long> _pinned = [];

    public SimulatedContext(SimulatedDevice device, DriverCounters counters)
    {
        Device = device;
        _counters = counters;
        Memory = new DeviceMemory(device.Description.MemoryBytes);
        _limits = new ExecutionOptions
        {
            MaximumSharedBytes = device.Description.SharedBytesPerBlock,
            Multiprocessors = device.Description.Multiprocessors,
        };
        _executor = new KernelExecutor(Memory, _limits);
        DefaultStream = new SimulatedStream(this);
        Streams.Add(DefaultStream);
    }

    public SimulatedDevice Device { get; }

    public DeviceMemory Memory { get; }

    // Holds copies that were begun without a stream; other streams do not wait for it.
    public SimulatedStream DefaultStream { get; }

    // Those with work left stay here after they are destroyed.
    public List<SimulatedStream> Streams { get; } = [];

    public bool IsDestroyed { get; private set; }

    public bool IsDone => Streams.TrueForAll(stream => stream.IsDone);

    public ulong Allocate(long bytes)
    {
        ulong address = Memory.Allocate(bytes);
        _allocations.Add(address, bytes);
        _counters.Allocations++;
        return address;
    }

    public void Free(ulong address)
    {
        if (!_allocations.Remove(address))
            throw new DriverErrorException(CUDA_ERROR_INVALID_VALUE, $"0x{address:x} is no start of a live allocation");
        Memory.Free(address);
    }

    public nint AllocateHost(long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bytes);
        void* address = NativeMemory.AlignedAlloc((nuint)bytes, 4096);
        NativeMemory.Fill(address, (nuint)bytes, 0xFF); // not initialised: NaN rather than a plausible number
        _pinned.Add((nint)address, bytes);
        _counters.HostAllocations++;
        return (nint)address;
    }

    public void FreeHost(nint address)
    {
        if (!_pinned.Remove(address))
            throw new DriverErrorException(CUDA_ERROR_INVALID_VALUE, $"0x{address:x} is no start of live pinned memory");
        NativeMemory.AlignedFree((void*)address);
    }

    // Whether all the bytes lie in one block of pinned memory.
    public bool IsPinned(nint address, long bytes)
    {
        foreach ((nint start, long length) in _pinned)
        {
            if (address >= start && bytes <= length - (address - start)) return true;
        }

        return false;
    }

    // Throws where a copy to or from the device would leave its allocation.
    public void CheckRange(ulong address, long bytes)
    {
        if (bytes > 0 && !Memory.Contains(address, bytes))
        {
            throw new DriverErrorException(
                CUDA_ERROR_INVALID_VALUE, $"{bytes} bytes at 0x{address:x} do not lie in one allocation of the device");
        }
    }

    public void CopyIn(ulong destination, ReadOnlySpan<byte> source)
    {
        Memory.CopyIn(destination, source);
        _counters.CopiesToDevice++;
    }

    public void CopyOut(Span<byte> destination, ulong source)
    {
        Memory.CopyOut(source, destination);
        _counters.CountCopyFromDevice(destination.Length);
    }

    public void Copy(ulong destination, ulong source, long bytes)
    {
        Memory.Copy(destination, source, bytes);
        _counters.CopiesOnDevice++;
    }

    public void Fill(ulong destination, byte value, long bytes)
    {
        Memory.Fill(destination, [value], bytes);
        _counters.Fills++;
    }

    public void Load(PtxModule module) => _executor.Load(module);

    public void Unload(PtxModule module) => _executor.Unload(module);

    // Throws where the device refuses a launch.
    public void Check(KernelLaunch launch) => new LaunchLimits(_limits, launch.Kernel).Check(
        launch.Grid, launch.Block, launch.DynamicSharedBytes, launch.Parameters.Length);

    public void Launch(KernelLaunch launch)
    {
        _counters.CountKernel(launch.Kernel.Name);
        _executor.Launch(launch.Kernel, launch.Grid, launch.Block, launch.DynamicSharedBytes, launch.Parameters);
    }

    public IEnumerable<string> Leaks() =>
        _allocations.Select(pair => $"{pair.Value} bytes of device memory at 0x{pair.Key:x}")
            .Concat(_pinned.Select(pair => $"{pair.Value} bytes of pinned memory"));

    public void Destroy()
    {
        IsDestroyed = true;
        Streams.Clear();
        _allocations.Clear();
        foreach (nint address in _pinned.Keys) NativeMemory.AlignedFree((void*)address);
        _pinned.Clear();
    }
}
