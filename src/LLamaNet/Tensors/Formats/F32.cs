using System.Runtime.InteropServices;

namespace LLamaNet.Tensors.Formats;

internal sealed class F32() : WeightFormat(DType.F32, 1, 4)
{
    public override float LargestMagnitude => float.MaxValue;

    public override void Dequantize(ReadOnlySpan<byte> blocks, Span<float> values) =>
        blocks[..(values.Length * sizeof(float))].CopyTo(MemoryMarshal.AsBytes(values));

    public override void Quantize(ReadOnlySpan<float> values, Span<byte> blocks) => MemoryMarshal.AsBytes(values).CopyTo(blocks);
}
