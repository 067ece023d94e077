using LLamaNet.Backends.Cuda.Driver;

namespace LLamaNet.Backends.Cuda.Scratch;

// Room for the activations of a gemm in 16 bits: [Rows, StrideOf(width)] for any width up to Width. Zeroed once, because tiles
// reach over the rows in use.
internal sealed class GemmActivations : IDisposable
{
    // 16-byte copies want rows that begin at multiples of as many bytes.
    private const int StrideAlignment = 8;

    private readonly CudaDeviceVariable<ushort> _memory;

    public GemmActivations(CudaContext context, int rows, int width, CudaStream stream)
    {
        Rows = rows;
        Width = width;
        _memory = new CudaDeviceVariable<ushort>(context, (long)rows * StrideOf(width));
        _memory.Clear(stream);
    }

    public int Rows { get; }

    public int Width { get; }

    public CUdeviceptr Pointer => _memory.Pointer;

    public static int StrideOf(int width) => (width + StrideAlignment - 1) / StrideAlignment * StrideAlignment;

    public static long Bytes(int rows, int width) => (long)rows * StrideOf(width) * sizeof(ushort);

    public void Dispose() => _memory.Dispose();
}
