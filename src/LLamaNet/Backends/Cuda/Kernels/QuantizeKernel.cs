using LLamaNet.Backends.Cuda.Driver;

namespace LLamaNet.Backends.Cuda.Kernels;

// a[r] = quantised(x[r]), or quantised(RMSNorm(x[r])) with a norm; x: [rows, width] F32, norm: [1, width] F32, rows <= 8.
internal sealed class QuantizeKernel(KernelLibrary library)
{
    private const int Threads = 256;

    private readonly CudaKernel _kernel = library.Get("quantize", "quantize_f32");

    public void Launch(CudaStream stream, QuantizedActivations a, CUdeviceptr x, CUdeviceptr norm, int width, int rows, float epsilon)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rows, GemvKernel.MaxRows);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(width, a.Width);
        _kernel.Launch(stream, rows, Threads, 0, a.Codes, a.Scales, x, norm, width, epsilon);
    }
}
