using System.Runtime.InteropServices;
using static LLamaNet.PtxInterpreter.Driver.DriverResult;

namespace LLamaNet.PtxInterpreter.Driver;

// One machine: its devices, what was made on them, and each thread's current context. Guarded by the gate.
internal sealed class DriverState : IDisposable
{
    private readonly ThreadLocal<SimulatedContext?> _current = new();
    private readonly Dictionary<DriverResult, string> _explanations = [];
    private readonly Dictionary<string, nint> _texts = new(StringComparer.Ordinal);
    private readonly List<string> _lostWithContext = [];
    private List<string>? _leaks;

    public DriverState(PtxDriverOptions options)
    {
        Options = options;
        Devices = [.. options.Devices.Select((device, i) => new SimulatedDevice(i, device))];
        Queue = new WorkLoop(options.Seed);
    }

    public Lock Gate { get; } = new();

    public PtxDriverOptions Options { get; }

    public SimulatedDevice[] Devices { get; }

    public HandleTable Handles { get; } = new();

    public DriverCounters Counters { get; } = new();

    public WorkLoop Queue { get; }

    public List<Capture> Captures { get; } = [];

    public bool IsInitialised { get; set; }

    public PtxFaultException? LastFault { get; private set; }

    // The calling thread's context.
    public SimulatedContext Current =>
        _current.Value ?? throw new DriverErrorException(CUDA_ERROR_INVALID_CONTEXT, "this thread has no current context");

    public void SetCurrent(SimulatedContext? context) => _current.Value = context;

    // Throws the result of a call that may not be made now.
    public void Admit(EntryNeeds needs)
    {
        if (_leaks is not null) throw new DriverErrorException(CUDA_ERROR_DEINITIALIZED, "the driver was shut down");
        if (needs == EntryNeeds.Nothing) return;
        if (!IsInitialised) throw new DriverErrorException(CUDA_ERROR_NOT_INITIALIZED, "cuInit was not called");
        if (needs == EntryNeeds.Initialisation) return;
        SimulatedContext context = Current;
        if (context.IsDestroyed)
            throw new DriverErrorException(CUDA_ERROR_CONTEXT_IS_DESTROYED, "the thread's context was destroyed");
        if (context.Device.Lost is { } lost) throw new DriverErrorException(lost, Explain(lost));
        if (needs != EntryNeeds.ContextOutsideCapture) return;
        foreach (Capture capture in Captures)
        {
            if (capture.Thread != Environment.CurrentManagedThreadId) continue;
            capture.IsInvalid = true;
            throw new DriverErrorException(
                CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED, "this call is not allowed while the thread captures a stream");
        }
    }

    // What a call that threw returns; why is kept for cuGetErrorString.
    public DriverResult ResultOf(Exception exception)
    {
        DriverResult result = exception switch
        {
            DriverErrorException error => error.Result,
            InsufficientMemoryException or OutOfMemoryException => CUDA_ERROR_OUT_OF_MEMORY,
            ArgumentException or PtxFaultException { Kind: FaultKind.InvalidLaunch } => CUDA_ERROR_INVALID_VALUE,
            _ => CUDA_ERROR_UNKNOWN,
        };
        _explanations[result] = result == CUDA_ERROR_UNKNOWN ? exception.ToString() : exception.Message;
        return result;
    }

    public string Explain(DriverResult result) => _explanations.GetValueOrDefault(result) ?? result switch
    {
        CUDA_SUCCESS => "no error",
        _ => "an error",
    };

    // A fault ends the device: every later call on it returns this result.
    public void Lose(SimulatedContext context, PtxFaultException fault)
    {
        DriverResult result = fault.Kind switch
        {
            FaultKind.OutOfBounds => CUDA_ERROR_ILLEGAL_ADDRESS,
            FaultKind.Misaligned => CUDA_ERROR_MISALIGNED_ADDRESS,
            FaultKind.InvalidOperand => CUDA_ERROR_ILLEGAL_INSTRUCTION,
            FaultKind.Endless => CUDA_ERROR_LAUNCH_TIMEOUT,
            _ => CUDA_ERROR_LAUNCH_FAILED,
        };
        LastFault = fault;
        _explanations[result] = fault.Message;
        context.Device.Lost = result;
        foreach (SimulatedStream stream in context.Streams) stream.Work.Clear();
    }

    // A C string that lives as long as the driver.
    public nint Text(string text)
    {
        if (!_texts.TryGetValue(text, out nint address)) _texts.Add(text, address = Marshal.StringToCoTaskMemUTF8(text));
        return address;
    }

    // Runs work until the awaited thing is done, then throws if the device was lost meanwhile.
    public void Wait(SimulatedContext context, IAwaited awaited)
    {
        Counters.Synchronisations++;
        Drain(context, awaited);
        if (context.Device.Lost is { } lost) throw new DriverErrorException(lost, Explain(lost));
    }

    // As Wait, for calls that wait as a side effect: their own result is not about the work.
    public void Drain(SimulatedContext context, IAwaited awaited)
    {
        if (context.Device.Lost is not null) return;
        try
        {
            Queue.Run(context, awaited);
        }
        catch (PtxFaultException fault)
        {
            Lose(context, fault);
        }
    }

    // The last reference is gone: everything in the context goes too, and what was not freed is noted.
    public void Destroy(SimulatedContext context)
    {
        if (context.Device.Lost is null) _lostWithContext.AddRange(LeaksOf(context));
        context.Destroy();
        Captures.RemoveAll(capture => capture.Context == context);
        Handles.RemoveAll(subject =>
            (subject is IOwned owned && owned.Context == context)
            || (subject is LoadedKernel kernel && kernel.Module.Context == context));
    }

    public List<string> Leaks()
    {
        lock (Gate)
        {
            if (_leaks is not null) return _leaks;
            IEnumerable<string> live = Devices.Where(device => device.Context is not null).SelectMany(
                device => LeaksOf(device.Context!).Prepend($"context of device {device.Ordinal}, held {device.References}x"));
            return [.. _lostWithContext, .. live];
        }
    }

    public void Dispose()
    {
        lock (Gate)
        {
            if (_leaks is not null) return;
            _leaks = Leaks();
            Queue.Dispose();
            foreach (SimulatedDevice device in Devices) device.Context?.Destroy();
            foreach (nint text in _texts.Values) Marshal.FreeCoTaskMem(text);
            _current.Dispose();
        }
    }

    private IEnumerable<string> LeaksOf(SimulatedContext context) => context.Leaks().Concat(
        Handles.All.OfType<IOwned>().Where(owned => owned.Context == context).Select(owned => owned.ToString()!));
}
