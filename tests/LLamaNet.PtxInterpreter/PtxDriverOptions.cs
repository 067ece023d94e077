namespace LLamaNet.PtxInterpreter;

/// <summary>The simulated machine.</summary>
internal sealed record PtxDriverOptions
{
    public IReadOnlyList<PtxDevice> Devices { get; init; } = [new PtxDevice()];

    /// <summary>
    /// 1000 * major + 10 * minor of the newest CUDA that the driver supports; functions of later versions are missing.
    /// </summary>
    public int DriverVersion { get; init; } = 13000;

    /// <summary>Decides the order of what may run in any order: heads of streams, nodes of graphs.</summary>
    public int Seed { get; init; } = 1;
}
