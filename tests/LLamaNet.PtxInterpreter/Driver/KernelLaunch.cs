namespace LLamaNet.PtxInterpreter.Driver;

// A kernel with its arguments as they were when it was launched.
internal sealed record KernelLaunch(PtxKernel Kernel, Grid Grid, Grid Block, int DynamicSharedBytes, byte[] Parameters);
