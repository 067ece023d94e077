using LLamaNet.Backends.Cuda.Driver;

namespace LLamaNet.Backends.Cuda.Rows;

// y[r] = silu(gate[r]) * up[r]; y: [rows, n], gateUp: [rows, 2n] F32, gate first.
internal sealed class SwiGluKernel(KernelLibrary library)
{
    private const int Threads = 256;

    private readonly CudaKernel _kernel = library.Get("swiglu", "swiglu_f32");

    public void Launch(CudaStream stream, CudaTensor y, CudaTensor gateUp, int rows)
    {
        var grid = new Dim3(rows, (y.Width + Threads - 1) / Threads);
        if (rows > 0) _kernel.Launch(stream, grid, Threads, 0, y.Pointer, gateUp.Pointer, y.Width);
    }
}
