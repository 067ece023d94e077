namespace LLamaNet.PtxInterpreter.Execution;

// Lanes of a warp that are at the same instruction.
internal readonly record struct Fragment(int Place, uint Mask, FragmentState State);
