using LLamaNet.PtxInterpreter.Driver;

namespace LLamaNet.PtxInterpreter;

/// <summary>
/// A CUDA driver whose GPUs interpret PTX. Each instance is a machine of its own. Work that is queued on streams is done
/// only when somebody waits for it, in an order that the streams and events allow; what reads results without waiting
/// finds the old bytes.
/// </summary>
internal sealed class PtxDriver : IDisposable
{
    private readonly DriverState _state;
    private readonly EntryTable _entries;

    public PtxDriver(PtxDriverOptions? options = null)
    {
        _state = new DriverState(options ?? new());
        _entries = new EntryTable(_state);
        new DeviceCalls(_state).AddTo(_entries);
        new MemoryCalls(_state).AddTo(_entries);
        new StreamCalls(_state).AddTo(_entries);
        new EventCalls(_state).AddTo(_entries);
        new ModuleCalls(_state).AddTo(_entries);
        new GraphCalls(_state).AddTo(_entries);
        TensorMapCalls.AddTo(_entries);
    }

    /// <summary>What the last kernel that failed did.</summary>
    public PtxFaultException? LastFault => _state.LastFault;

    public PtxCounters Counters => _state.Counters.Now;

    /// <summary>Everything that was made and not freed, in words; still there after Dispose.</summary>
    public IReadOnlyList<string> Leaks => _state.Leaks();

    /// <summary>How often a kernel of this name was executed.</summary>
    public long KernelsRun(string name) => _state.Counters.KernelsRunNamed(name);

    /// <summary>Address of a function of the driver API, such as cuMemAlloc_v2; 0 when there is none of that name.</summary>
    public nint Find(string name) => _entries.Find(name);

    /// <summary>Every later call fails with CUDA_ERROR_DEINITIALIZED.</summary>
    public void Dispose() => _state.Dispose();
}
