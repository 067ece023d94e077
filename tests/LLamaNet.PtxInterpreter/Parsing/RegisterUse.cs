namespace LLamaNet.PtxInterpreter.Parsing;

// What an instruction reads and writes. Registers are their places, predicates the complements of their numbers.
internal readonly record struct RegisterUse(int[] Reads, int[] Writes);
