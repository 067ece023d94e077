namespace LLamaNet.PtxInterpreter;

/// <summary>A parameter of a kernel: its place in the parameter block.</summary>
internal readonly record struct PtxParameter(string Name, int Offset, int Bytes);
