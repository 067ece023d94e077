using LLamaNet.PtxInterpreter.Parsing;

namespace LLamaNet.PtxInterpreter;

// A kernel of a loaded module.
internal sealed class PtxKernel(PtxModule module, KernelCode code)
{
    public string Name => Code.Name;

    public PtxModule Module { get; } = module;

    public IReadOnlyList<PtxParameter> Parameters => Code.Parameters;

    public int ParameterBytes => Code.ParameterBytes;

    // Threads that a block may have at most (`.maxntid` or `.reqntid`); 1024 when the kernel does not say.
    public int MaxThreads => Code.MaxThreads;

    public int StaticSharedBytes => Code.StaticSharedBytes;

    public int LocalBytes => Code.LocalBytes;

    // What `cuFuncSetAttribute` allowed this kernel; null: static and dynamic together fit the default.
    public int? MaxDynamicSharedBytes { get; set; }

    // What the module's `.target` line says, such as `sm_80`.
    public string RequiredArchitecture => Module.Target;

    internal KernelCode Code { get; } = code;
}
