using LLamaNet.Tensors.Quantization;

namespace LLamaNet.Tensors.Formats;

// 32 weights in 18 bytes, w = d * (q - 8):
//   0   d    half
//   2   q    16 bytes: weight i in the lower, i + 16 in the upper four bits of byte i
internal sealed class Q4_0() : WeightFormat(DType.Q4_0, 32, 18)
{
    private const int Zero = 8;

    public override float LargestMagnitude => (Zero - 1) * HalfScale.Largest;

    public override void Dequantize(ReadOnlySpan<byte> blocks, Span<float> values)
    {
        Span<sbyte> codes = stackalloc sbyte[BlockLength];
        for (; !values.IsEmpty; values = values[BlockLength..], blocks = blocks[BlockBytes..])
        {
            BitFields.Unpack(blocks[2..18], 4, codes);
            Codes.Scale(codes, Zero, HalfScale.Read(blocks), values[..BlockLength]);
        }
    }

    public override void Quantize(ReadOnlySpan<float> values, Span<byte> blocks)
    {
        Span<sbyte> codes = stackalloc sbyte[BlockLength];
        for (; !values.IsEmpty; values = values[BlockLength..], blocks = blocks[BlockBytes..])
        {
            HalfScale.Write(blocks, SymmetricBlock.Quantize(values[..BlockLength], Zero, codes));
            BitFields.Pack(codes, 4, blocks[2..18]);
        }
    }
}
