using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace LLamaNet.Tensors.Formats;

// IEEE half.
internal sealed class F16() : WeightFormat(DType.F16, 1, 2)
{
    public override float LargestMagnitude => 65504;

    public override void Dequantize(ReadOnlySpan<byte> blocks, Span<float> values) =>
        TensorPrimitives.ConvertToSingle(MemoryMarshal.Cast<byte, Half>(blocks)[..values.Length], values);

    public override void Quantize(ReadOnlySpan<float> values, Span<byte> blocks) =>
        TensorPrimitives.ConvertToHalf(values, MemoryMarshal.Cast<byte, Half>(blocks));
}
