namespace LLamaNet.PtxInterpreter.Execution;

internal enum FragmentState
{
    Ready,
    // Has arrived at an instruction that needs other lanes.
    Waiting,
    // Has run long enough, or its condition does not hold yet: others come first.
    Stalled,
}
