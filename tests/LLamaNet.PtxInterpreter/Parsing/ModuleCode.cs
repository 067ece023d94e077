namespace LLamaNet.PtxInterpreter.Parsing;

// The parsed text of a module. Never changes: any number of machines may share it.
internal sealed record ModuleCode(
    Version Version, string Target, IReadOnlyList<KernelCode> Kernels, IReadOnlyList<ModuleVariable> Variables);
