using LLamaNet.Backends.Cuda.Driver;

namespace LLamaNet.Backends.Cuda.Products;

// y[r] += bias; y: [rows, width], bias: [1, width] F32.
internal sealed class AddBiasKernel(KernelLibrary library)
{
    private const int Threads = 256;

    public void Launch(CudaStream stream, CudaTensor y, CudaTensor bias, int rows)
    {
        var grid = new Dim3(rows, (y.Width + Threads - 1) / Threads);
        if (rows > 0) library.Get("add_bias", "add_bias_f32").Launch(stream, grid, Threads, 0, y.Pointer, bias.Pointer, y.Width);
    }
}
