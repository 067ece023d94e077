namespace LLamaNet.PtxInterpreter.Driver;

internal sealed class SimulatedDevice(int ordinal, PtxDevice description)
{
    public int Ordinal { get; } = ordinal;

    public PtxDevice Description { get; } = description;

    /// <summary>The primary context while anybody holds it.</summary>
    public SimulatedContext? Context { get; set; }

    public nint ContextHandle { get; set; }

    public int References { get; set; }

    /// <summary>What every call returns since a kernel failed. A device is lost for the rest of the process.</summary>
    public DriverResult? Lost { get; set; }
}
