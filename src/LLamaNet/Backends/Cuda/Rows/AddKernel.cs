using LLamaNet.Backends.Cuda.Driver;

namespace LLamaNet.Backends.Cuda.Rows;

// y[r] += x[r]; y, x: [rows, width] F32.
internal sealed class AddKernel(KernelLibrary library)
{
    private const int Threads = 256;

    private readonly CudaKernel _kernel = library.Get("add", "add_f32");

    public void Launch(CudaStream stream, CudaTensor y, CudaTensor x, int rows)
    {
        int count = checked(rows * y.Width);
        if (count > 0) _kernel.Launch(stream, (count + Threads - 1) / Threads, Threads, 0, y.Pointer, x.Pointer, count);
    }
}
