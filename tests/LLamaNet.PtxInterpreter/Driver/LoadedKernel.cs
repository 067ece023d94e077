namespace LLamaNet.PtxInterpreter.Driver;

// What a function handle stands for; it goes with its module.
internal sealed class LoadedKernel(LoadedModule module, PtxKernel kernel)
{
    public LoadedModule Module { get; } = module;

    public PtxKernel Kernel { get; } = kernel;
}
