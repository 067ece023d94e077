using LLamaNet.Backends.Cuda.Driver;
using LLamaNet.Backends.Cuda.Scratch;

namespace LLamaNet.Backends.Cuda.Products;

// a[r] = quantized(x[r]), or quantized(RMSNorm(x[r])) with a norm; x: [rows, width] F32, norm: [1, width] F32.
// Rows of a up to filledRows, at most 8, become zeros.
internal sealed class QuantizeKernel(KernelLibrary library)
{
    private const int Threads = 256;

    private readonly CudaKernel _kernel = library.Get("quantize", "quantize_f32");

    public void Launch(
        CudaStream stream, QuantizedActivations a, CUdeviceptr x, CUdeviceptr norm, int width, int rows, int filledRows,
        float epsilon)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(filledRows, GemvKernel.MaxRows);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(width, a.Width);
        _kernel.Launch(stream, filledRows, Threads, 0, a.Codes, a.Scales, x, norm, rows, width, epsilon);
    }
}
