using LLamaNet.PtxInterpreter.Parsing;

namespace LLamaNet.PtxInterpreter.Execution;

// What is the same for all blocks of a launch. Its number is counted by the memory.
internal sealed record LaunchShape(
    KernelCode Kernel, Grid Grid, Grid Block, int DynamicSharedBytes, int SharedBytes, uint Number, int Multiprocessors);
