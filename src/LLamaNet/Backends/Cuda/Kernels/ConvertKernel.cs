using LLamaNet.Backends.Cuda.Driver;

namespace LLamaNet.Backends.Cuda.Kernels;

// a[r] = x[r] in 16 bits; x: [rows, width] F32. A product with several parts converts again only where their types differ.
internal sealed class ConvertKernel(KernelLibrary library)
{
    private const int Threads = 256;
    private const int ValuesPerThread = 4;

    private readonly CudaKernel _toHalves = library.Get("convert", "convert_f16");
    private readonly CudaKernel _toBFloat16 = library.Get("convert", "convert_bf16");

    // What activations become for weights of this type.
    public static DType OperandOf(DType weights) => weights == DType.BF16 ? DType.BF16 : DType.F16;

    public void Launch(CudaStream stream, HalfActivations a, CudaTensor x, DType operand, int rows)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rows, a.Rows);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(x.Width, a.Width);
        int pitch = HalfActivations.PitchOf(x.Width), perBlock = Threads * ValuesPerThread;
        CudaKernel kernel = operand == DType.BF16 ? _toBFloat16 : _toHalves;
        kernel.Launch(
            stream, new Dim3((pitch + perBlock - 1) / perBlock, rows), Threads, 0, a.Pointer, x.Pointer, x.Width, pitch);
    }
}
