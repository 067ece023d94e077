namespace LLamaNet.PtxInterpreter;

// A parameter of a kernel: its place in the parameter block.
internal readonly record struct PtxParameter(string Name, int Offset, int Bytes);
