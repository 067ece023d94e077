using LLamaNet.Backends.Cuda.Driver;
using LLamaNet.Backends.Cuda.Step;

namespace LLamaNet.Backends.Cuda.Sampling;

// Makes the batch of a decode step the next step's: drawn tokens [rows] become its tokens, each sequence is a position and a
// draw further. parameters: [rows] of SampleParameters. A row of the batch is a sequence and has logits.
internal sealed class AdvanceKernel(KernelLibrary library)
{
    private const int Threads = 256;

    private readonly CudaKernel _kernel = library.Get("advance", "advance");

    public void Launch(CudaStream stream, DeviceBatch batch, CUdeviceptr parameters, CUdeviceptr drawn) => _kernel.Launch(
        stream, (batch.Rows + Threads - 1) / Threads, Threads, 0,
        batch.Tokens, batch.Positions, batch.FirstPositions, parameters, drawn, batch.Rows);
}
