namespace LLamaNet.PtxInterpreter.Parsing;

/// <summary>An operand that is the same for all threads: a register that is filled before the kernel starts.</summary>
/// <param name="Register">Offset of its lanes.</param>
/// <param name="Bytes">4 or 8: the width of a lane.</param>
/// <param name="Value">The number; what is added to the variable's address.</param>
/// <param name="Variable">Index of a variable of the module; -1: the value is the number itself.</param>
internal readonly record struct Constant(int Register, int Bytes, ulong Value, int Variable);
