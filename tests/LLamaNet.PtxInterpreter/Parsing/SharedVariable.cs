namespace LLamaNet.PtxInterpreter.Parsing;

// A variable in shared memory; without bytes it is the dynamic part, whose size the launch says.
internal sealed record SharedVariable(string Name, int Bytes, int Alignment);
