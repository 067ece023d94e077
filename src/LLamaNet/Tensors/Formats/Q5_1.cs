using System.Buffers.Binary;
using LLamaNet.Tensors.Quantization;

namespace LLamaNet.Tensors.Formats;

// 32 weights in 24 bytes, w = d * q + m:
//   0   d         half
//   2   m         half
//   4   q bit 4   32-bit word: bit i is weight i's
//   8   q 0..3    16 bytes: weight i in the lower, i + 16 in the upper four bits of byte i
internal sealed class Q5_1() : WeightFormat(DType.Q5_1, 32, 24)
{
    private const int HighestCode = 31;

    public override float LargestMagnitude => HalfScale.Largest;

    public override void Dequantize(ReadOnlySpan<byte> blocks, Span<float> values)
    {
        Span<sbyte> codes = stackalloc sbyte[BlockLength];
        for (; !values.IsEmpty; values = values[BlockLength..], blocks = blocks[BlockBytes..])
        {
            BitFields.Unpack(blocks[8..24], 4, codes);
            BitFields.AddFifthBits(BinaryPrimitives.ReadUInt32LittleEndian(blocks[4..]), codes);
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
            BinaryPrimitives.WriteUInt32LittleEndian(blocks[4..], BitFields.FifthBits(codes));
            BitFields.Pack(codes, 4, blocks[8..24]);
        }
    }
}
