namespace LLamaNet.PtxInterpreter.Parsing;

/// <summary>
/// What an instruction reads and writes. Registers are their places, predicates the complements of their numbers.
/// </summary>
internal readonly record struct RegisterUse(int[] Reads, int[] Writes);
