using LLamaNet.Backends.Cuda.Driver;
using LLamaNet.Backends.Cuda.Products;

namespace LLamaNet.Backends.Cuda.Scratch;

// Room for the activations of one launch in bytes, as kernels/include/activations.cuh lays them out.
// codes: [MaxRows, width] bytes; scales: [MaxRows, width / 32] pairs of words.
internal sealed class QuantizedActivations(CudaContext context, int width) : IDisposable
{
    private const int GroupLength = 32;
    private const int ScaleBytes = 2 * sizeof(uint);

    private readonly CudaDeviceVariable<byte> _memory = new(context, Bytes(width));

    public int Width => width;

    public CUdeviceptr Codes => _memory.Pointer;

    public CUdeviceptr Scales => _memory.Pointer + (long)GemvKernel.MaxRows * Padded(width);

    public static long Bytes(int width) => GemvKernel.MaxRows * RowBytes(Padded(width));

    // Of one row in shared memory.
    public static long RowBytes(int width) => width + (long)width / GroupLength * ScaleBytes;

    public void Dispose() => _memory.Dispose();

    private static int Padded(int width) => (width + GroupLength - 1) / GroupLength * GroupLength;
}
