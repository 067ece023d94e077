using LLamaNet.Backends.Cuda.Driver;

namespace LLamaNet.Backends.Cuda.Kernels;

// Room for the activations of a product of many rows in 16 bits: [Rows, PitchOf(width)] for any width up to Width. Zeroed once,
// because tiles reach over the rows in use.
internal sealed class HalfActivations : IDisposable
{
    // 16-byte copies want rows that begin at multiples of as many bytes.
    private const int PitchAlignment = 8;

    private readonly CudaDeviceVariable<ushort> _memory;

    public HalfActivations(CudaContext context, int rows, int width, CudaStream stream)
    {
        Rows = rows;
        Width = width;
        _memory = new CudaDeviceVariable<ushort>(context, (long)rows * PitchOf(width));
        _memory.Clear(stream);
    }

    public int Rows { get; }

    public int Width { get; }

    public CUdeviceptr Pointer => _memory.Pointer;

    public static int PitchOf(int width) => (width + PitchAlignment - 1) / PitchAlignment * PitchAlignment;

    public static long Bytes(int rows, int width) => (long)rows * PitchOf(width) * sizeof(ushort);

    public void Dispose() => _memory.Dispose();
}
