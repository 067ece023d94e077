namespace LLamaNet.PtxInterpreter.Parsing;

// An operand that is the same for all threads: a register that is filled before the kernel starts.
// Register: offset of its lanes.
// Bytes: 4 or 8: the width of a lane.
// Value: the number; what is added to the variable's address.
// Variable: index of a variable of the module; -1: the value is the number itself.
internal readonly record struct Constant(int Register, int Bytes, ulong Value, int Variable);
