using LLamaNet.PtxInterpreter.Parsing;

namespace LLamaNet.PtxInterpreter.Execution;

/// <summary>What is the same for all blocks of a launch.</summary>
internal sealed record LaunchShape(
    KernelCode Kernel, Grid Grid, Grid Block, int DynamicSharedBytes, int SharedBytes, uint Number, int Multiprocessors);
