using System.Diagnostics;
using LLamaNet.Tensors;

namespace LLamaNet.Backends.Cpu.Memory;

// A tensor in native memory, zeroed, 64-byte aligned. Pointers are good while the tensor is reachable: work that is shared
// out to threads holds the tensor and asks for its pointer there.
internal sealed unsafe class CpuTensor(DType type, int rows, int width, MemoryCount? memory = null) : Tensor(type, rows, width)
{
    private readonly NativeBlock _block = new(rows * WeightFormat.Of(type).RowBytes(width), memory);

    // [Rows, Width] of an F32 tensor.
    public float* Pointer
    {
        get
        {
            Debug.Assert(Type == DType.F32);
            return (float*)_block.Pointer;
        }
    }

    // False once an F16 cache has held an infinity or NaN: until then halves are widened without a look for them.
    public bool AllFinite { get; set; } = true;

    public Span<float> Row(int row)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(row);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(row, Rows);
        return new Span<float>(Pointer + (long)row * Width, Width);
    }

    public byte* RowBytes(int row) => (byte*)_block.Pointer + row * WeightFormat.Of(Type).RowBytes(Width);

    public override void Dispose() => _block.Dispose();
}
