using LLamaNet.Backends.Cuda.Driver;

namespace LLamaNet.Backends.Cuda.Rows;

// y[r] = y[r] * factor; y: [rows, width] F32.
internal sealed class ScaleKernel(KernelLibrary library)
{
    private const int Threads = 256;

    public void Launch(CudaStream stream, CudaTensor y, float factor, int rows)
    {
        if (rows == 0 || factor == 1) return;
        int count = checked(rows * y.Width);
        library.Get("scale", "scale_f32").Launch(stream, (count + Threads - 1) / Threads, Threads, 0, y.Pointer, factor, count);
    }
}
