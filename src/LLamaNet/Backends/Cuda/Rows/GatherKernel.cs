using LLamaNet.Backends.Cuda.Driver;

namespace LLamaNet.Backends.Cuda.Rows;

// y[i] = x[rowIndices[i]]; y, x: [.., width] F32; rowIndices: [rows] int32.
internal sealed class GatherKernel(KernelLibrary library)
{
    private const int Threads = 256;

    private readonly CudaKernel _kernel = library.Get("gather", "gather_f32");

    public void Launch(CudaStream stream, CudaTensor y, CudaTensor x, CUdeviceptr rowIndices, int rows)
    {
        if (rows > 0) _kernel.Launch(stream, rows, Threads, 0, y.Pointer, x.Pointer, rowIndices, y.Width);
    }
}
