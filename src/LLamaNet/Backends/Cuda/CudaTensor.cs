using LLamaNet.Backends.Cuda.Driver;
using LLamaNet.Tensors;

namespace LLamaNet.Backends.Cuda;

// A row-major tensor in a GPU's memory, F32 or F16, zeroed; rows are back to back.
internal sealed class CudaTensor : Tensor
{
    private readonly CudaDeviceVariable<byte> _memory;

    public CudaTensor(CudaContext context, DType type, int rows, int width)
        : base(type, rows, width)
    {
        if (type is not (DType.F32 or DType.F16))
            throw new ArgumentOutOfRangeException(nameof(type), type, "Tensors on a GPU are F32 or F16.");
        // cuMemAlloc rejects zero bytes.
        _memory = new CudaDeviceVariable<byte>(context, Math.Max(1, Bytes));
        try
        {
            using var stream = new CudaStream(context);
            _memory.Clear(stream);
            stream.Synchronize();
        }
        catch
        {
            _memory.Dispose();
            throw;
        }
    }

    public CUdeviceptr Pointer => _memory.Pointer;

    public CUdeviceptr Row(int row)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(row);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(row, Rows);
        return Pointer + row * WeightFormat.Of(Type).RowBytes(Width);
    }

    public override void Dispose() => _memory.Dispose();
}
