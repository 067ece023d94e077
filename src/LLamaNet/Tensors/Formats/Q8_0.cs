using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using LLamaNet.Tensors.Quantization;

namespace LLamaNet.Tensors.Formats;

// 32 weights in 34 bytes, w = d * q:
//   0   d    half
//   2   q    32 signed bytes, -127..127 when quantised here
internal sealed class Q8_0() : WeightFormat(DType.Q8_0, 32, 34)
{
    private const int HighestCode = 127;

    public override float LargestMagnitude => HighestCode * HalfScale.Largest;

    public override void Dequantize(ReadOnlySpan<byte> blocks, Span<float> values)
    {
        for (; !values.IsEmpty; values = values[BlockLength..], blocks = blocks[BlockBytes..])
            Codes.Scale(MemoryMarshal.Cast<byte, sbyte>(blocks[2..34]), 0, HalfScale.Read(blocks), values[..BlockLength]);
    }

    public override void Quantize(ReadOnlySpan<float> values, Span<byte> blocks)
    {
        for (; !values.IsEmpty; values = values[BlockLength..], blocks = blocks[BlockBytes..])
        {
            ReadOnlySpan<float> x = values[..BlockLength];
            float d = HalfScale.Spanning(Math.Abs(TensorPrimitives.MaxMagnitude(x)), HighestCode);
            HalfScale.Write(blocks, d);
            Codes.Round(x, d, 0, -HighestCode, HighestCode, 0, MemoryMarshal.Cast<byte, sbyte>(blocks[2..34]));
        }
    }
}
