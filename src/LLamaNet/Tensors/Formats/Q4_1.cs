using LLamaNet.Tensors.Quantization;

namespace LLamaNet.Tensors.Formats;

// 32 weights in 20 bytes, w = d * q + m:
//   0   d    half
//   2   m    half
//   4   q    16 bytes: weight i in the lower, i + 16 in the upper four bits of byte i
internal sealed class Q4_1() : WeightFormat(DType.Q4_1, 32, 20)
{
    private const int HighestCode = 15;

    public override float LargestMagnitude => HalfScale.Largest;

    public override void Dequantize(ReadOnlySpan<byte> blocks, Span<float> values)
    {
        Span<sbyte> codes = stackalloc sbyte[BlockLength];
        for (; !values.IsEmpty; values = values[BlockLength..], blocks = blocks[BlockBytes..])
        {
            BitFields.Unpack(blocks[4..20], 4, codes);
            Codes.ScaleAndAdd(codes, HalfScale.Read(blocks), HalfScale.Read(blocks[2..]), values[..BlockLength]);
        }
    }

    public override void Quantize(ReadOnlySpan<float> values, Span<byte> blocks)
    {
        Span<sbyte> codes = stackalloc sbyte[BlockLength];
        for (; !values.IsEmpty; values = values[BlockLength..], blocks = blocks[BlockBytes..])
        {
            (float d, float m) = AffineBlock.Quantize(values[..BlockLength], HighestCode, codes);
            HalfScale.Write(blocks, d);
            HalfScale.Write(blocks[2..], m);
            BitFields.Pack(codes, 4, blocks[4..20]);
        }
    }
}
