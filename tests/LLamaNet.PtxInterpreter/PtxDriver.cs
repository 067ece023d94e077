using LLamaNet.PtxInterpreter.Driver;

namespace LLamaNet.PtxInterpreter;

// A CUDA driver whose GPUs interpret PTX. Each instance is a machine of its own. Work that is queued on streams is done only
// when a call waits for it, in an order that the streams and events allow; what reads results without waiting finds the old
// bytes.
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

    // What the last kernel that failed did.
    public PtxFaultException? LastFault => _state.LastFault;

    public PtxCounters Counters => _state.Counters.Now;

    // Everything that was made and not freed, in words; still there after Dispose.
    public IReadOnlyList<string> Leaks => _state.Leaks();

    // How often a kernel of this name was executed.
    public long KernelsRun(string name) => _state.Counters.KernelsRunNamed(name);

    // Address of a function of the driver API, such as cuMemAlloc_v2; 0 when there is none of that name.
    public nint Find(string name) => _entries.Find(name);

    // Every later call fails with CUDA_ERROR_DEINITIALIZED.
    public void Dispose() => _state.Dispose();
}
