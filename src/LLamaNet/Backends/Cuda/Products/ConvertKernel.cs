using LLamaNet.Backends.Cuda.Driver;
using LLamaNet.Backends.Cuda.Scratch;

namespace LLamaNet.Backends.Cuda.Products;

// a[r] = x[r] in 16 bits, or RMSNorm(x[r]) with a norm; x: [rows, width], norm: [1, width] F32.
internal sealed class ConvertKernel(KernelLibrary library)
{
    private const int Threads = 512;

    private readonly CudaKernel _toHalves = library.Get("convert", "convert_f16");
    private readonly CudaKernel _toBFloat16 = library.Get("convert", "convert_bf16");

    // What activations become for weights of this type.
    public static DType OperandOf(DType weights) => weights == DType.BF16 ? DType.BF16 : DType.F16;

    public void Launch(
        CudaStream stream, GemmActivations a, CudaTensor x, DType operand, int rows, CudaTensor? norm, float epsilon)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rows, a.Rows);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(x.Width, a.Width);
        CudaKernel kernel = operand == DType.BF16 ? _toBFloat16 : _toHalves;
        kernel.Launch(
            stream, rows, Threads, 0,
            a.Pointer, x.Pointer, norm?.Pointer ?? default, epsilon, x.Width, GemmActivations.StrideOf(x.Width));
    }
}
