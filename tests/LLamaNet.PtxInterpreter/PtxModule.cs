using System.Collections.Concurrent;
using LLamaNet.PtxInterpreter.Parsing;

namespace LLamaNet.PtxInterpreter;

// A loaded module. The parsed code is kept for the whole process, so that tests which load the same text share it; the module
// and its kernels, which carry attributes, belong to whoever loaded them.
internal sealed class PtxModule
{
    private static readonly ConcurrentDictionary<string, Lazy<ModuleCode>> s_parsed = new(StringComparer.Ordinal);

    private PtxModule(ModuleCode code)
    {
        Code = code;
        Kernels = code.Kernels.ToDictionary(kernel => kernel.Name, kernel => new PtxKernel(this, kernel), StringComparer.Ordinal);
    }

    public IReadOnlyDictionary<string, PtxKernel> Kernels { get; }

    // Variables in global and constant memory. They get addresses when an executor loads the module.
    public IReadOnlyList<ModuleVariable> Variables => Code.Variables;

    // The architecture that the text was made for, such as `sm_80`.
    public string Target => Code.Target;

    // Version of the PTX language, such as 7.4.
    public Version Version => Code.Version;

    internal ModuleCode Code { get; }

    // Throws PtxParseException: the text is no PTX or has an instruction that the interpreter does not know.
    public static PtxModule Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return new(s_parsed.GetOrAdd(text, key => new(() => new ModuleParser(key).Parse())).Value);
    }
}
