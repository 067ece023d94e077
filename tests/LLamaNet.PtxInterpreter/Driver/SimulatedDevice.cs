namespace LLamaNet.PtxInterpreter.Driver;

internal sealed class SimulatedDevice(int ordinal, PtxDevice description)
{
    public int Ordinal { get; } = ordinal;

    public PtxDevice Description { get; } = description;

    // The primary context while it is retained.
    public SimulatedContext? Context { get; set; }

    public nint ContextHandle { get; set; }

    public int References { get; set; }

    // What every call returns since a kernel failed. A device is lost for the rest of the process.
    public DriverResult? Lost { get; set; }
}
