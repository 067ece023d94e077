namespace LLamaNet.PtxInterpreter.Parsing;

// A variable in global or constant memory.
// Addresses: places in the content where the address of another variable is added.
// Content: what it starts with; null when the text does not say (global memory then starts as zeros).
internal sealed record ModuleVariable(string Name, int Bytes, int Alignment, bool Constant, byte[]? Content,
    IReadOnlyList<(int Offset, string Variable)> Addresses);
