namespace LLamaNet.PtxInterpreter.Execution;

/// <summary>Lanes of a warp that are at the same instruction.</summary>
internal readonly record struct Fragment(int Place, uint Mask, FragmentState State);
