namespace LLamaNet.PtxInterpreter.Execution;

internal enum FragmentState
{
    Ready,
    /// <summary>Has arrived at an instruction that needs other lanes.</summary>
    Waiting,
    /// <summary>Has run long enough, or its condition does not hold yet: others come first.</summary>
    Stalled,
}
