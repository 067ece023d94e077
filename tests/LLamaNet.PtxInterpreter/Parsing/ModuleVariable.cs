namespace LLamaNet.PtxInterpreter.Parsing;

/// <summary>A variable in global or constant memory.</summary>
/// <param name="Addresses">Places in the content where the address of another variable is added.</param>
/// <param name="Content">What it starts with; null when the text does not say (global memory then starts as zeros).</param>
internal sealed record ModuleVariable(string Name, int Bytes, int Alignment, bool Constant, byte[]? Content,
    IReadOnlyList<(int Offset, string Variable)> Addresses);
