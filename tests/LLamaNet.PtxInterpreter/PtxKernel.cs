using LLamaNet.PtxInterpreter.Parsing;

namespace LLamaNet.PtxInterpreter;

/// <summary>A kernel of a loaded module.</summary>
internal sealed class PtxKernel(PtxModule module, KernelCode code)
{
    public string Name => Code.Name;

    public PtxModule Module { get; } = module;

    public IReadOnlyList<PtxParameter> Parameters => Code.Parameters;

    public int ParameterBytes => Code.ParameterBytes;

    /// <summary>
    /// Threads that a block may have at most (<c>.maxntid</c> or <c>.reqntid</c>); 1024 when the kernel does not say.
    /// </summary>
    public int MaxThreads => Code.MaxThreads;

    public int StaticSharedBytes => Code.StaticSharedBytes;

    public int LocalBytes => Code.LocalBytes;

    /// <summary>What <c>cuFuncSetAttribute</c> allowed this kernel; null: static and dynamic together fit the default.</summary>
    public int? MaxDynamicSharedBytes { get; set; }

    /// <summary>What the module's <c>.target</c> line says, such as <c>sm_80</c>.</summary>
    public string RequiredArchitecture => Module.Target;

    internal KernelCode Code { get; } = code;
}
