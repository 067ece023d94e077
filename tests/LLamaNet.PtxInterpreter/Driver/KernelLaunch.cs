namespace LLamaNet.PtxInterpreter.Driver;

/// <summary>A kernel with its arguments as they were when it was launched.</summary>
internal sealed record KernelLaunch(PtxKernel Kernel, Grid Grid, Grid Block, int DynamicSharedBytes, byte[] Parameters);
