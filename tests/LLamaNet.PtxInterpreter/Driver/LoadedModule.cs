namespace LLamaNet.PtxInterpreter.Driver;

internal sealed class LoadedModule(SimulatedContext context, PtxModule module) : IOwned
{
    public SimulatedContext Context { get; } = context;

    public PtxModule Module { get; } = module;

    public override string ToString() => $"module of {string.Join(", ", Module.Kernels.Keys)}";
}
