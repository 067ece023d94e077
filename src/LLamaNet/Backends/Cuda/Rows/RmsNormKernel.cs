using LLamaNet.Backends.Cuda.Driver;

namespace LLamaNet.Backends.Cuda.Rows;

// y[r] = x[r] / sqrt(mean(x[r]^2) + epsilon) * weight; y, x: [rows, width], weight: [1, width] F32; y may be x.
internal sealed class RmsNormKernel(KernelLibrary library)
{
    private const int Threads = 512;

    private readonly CudaKernel _kernel = library.Get("rms_norm", "rms_norm_f32");

    public void Launch(CudaStream stream, CudaTensor y, CudaTensor x, CudaTensor weight, int rows, float epsilon)
    {
        if (rows > 0) _kernel.Launch(stream, rows, Threads, 0, y.Pointer, x.Pointer, weight.Pointer, y.Width, epsilon);
    }
}
