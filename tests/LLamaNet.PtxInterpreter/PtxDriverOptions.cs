namespace LLamaNet.PtxInterpreter;

// The simulated machine.
internal sealed record PtxDriverOptions
{
    public IReadOnlyList<PtxDevice> Devices { get; init; } = [new PtxDevice()];

    // 1000 * major + 10 * minor of the newest CUDA that the driver supports; functions of later versions are missing.
    public int DriverVersion { get; init; } = 13000;

    // Decides the order of what may run in any order: heads of streams, nodes of graphs.
    public int Seed { get; init; } = 1;
}
