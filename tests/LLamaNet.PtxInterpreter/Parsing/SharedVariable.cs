namespace LLamaNet.PtxInterpreter.Parsing;

/// <summary>A variable in shared memory; without bytes it is the dynamic part, whose size the launch says.</summary>
internal sealed record SharedVariable(string Name, int Bytes, int Alignment);
