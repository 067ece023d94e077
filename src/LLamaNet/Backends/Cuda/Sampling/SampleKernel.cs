using LLamaNet.Backends.Cuda.Driver;

namespace LLamaNet.Backends.Cuda.Sampling;

// Draws a token from each row of logits [rows, width] F32, which are lost, by parameters: [rows] of SampleParameters.
// tokens: [rows] int32, -1 where a logit is NaN or positive infinity or all are negative infinity.
internal sealed class SampleKernel(KernelLibrary library)
{
    public const int MaxVocabulary = 1 << IdBits;

    // Of an id in the kernel's ranking.
    private const int IdBits = 20;
    private const int Threads = 1024;

    private readonly CudaKernel _kernel = library.Get("sample", "sample_f32");

    public void Launch(CudaStream stream, CUdeviceptr tokens, CUdeviceptr logits, int width, CUdeviceptr parameters, int rows)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(width, MaxVocabulary);
        if (rows > 0) _kernel.Launch(stream, rows, Threads, 0, tokens, logits, parameters, width);
    }
}
