using System.Buffers.Binary;
using LLamaNet.Tensors.Quantization;

namespace LLamaNet.Tensors.Formats;

// 32 weights in 22 bytes, w = d * (q - 16):
//   0   d         half
//   2   q bit 4   32-bit word: bit i is weight i's
//   6   q 0..3    16 bytes: weight i in the lower, i + 16 in the upper four bits of byte i
internal sealed class Q5_0() : WeightFormat(DType.Q5_0, 32, 22)
{
    private const int Zero = 16;

    public override float LargestMagnitude => (Zero - 1) * HalfScale.Largest;

    public override void Dequantize(ReadOnlySpan<byte> blocks, Span<float> values)
    {
        Span<sbyte> codes = stackalloc sbyte[BlockLength];
        for (; !values.IsEmpty; values = values[BlockLength..], blocks = blocks[BlockBytes..])
        {
            BitFields.Unpack(blocks[6..22], 4, codes);
            BitFields.AddFifthBits(BinaryPrimitives.ReadUInt32LittleEndian(blocks[2..]), codes);
            Codes.Scale(codes, Zero, HalfScale.Read(blocks), values[..BlockLength]);
        }
    }

    public override void Quantize(ReadOnlySpan<float> values, Span<byte> blocks)
    {
        Span<sbyte> codes = stackalloc sbyte[BlockLength];
        for (; !values.IsEmpty; values = values[BlockLength..], blocks = blocks[BlockBytes..])
        {
            HalfScale.Write(blocks, SymmetricBlock.Quantize(values[..BlockLength], Zero, codes));
            BinaryPrimitives.WriteUInt32LittleEndian(blocks[2..], BitFields.FifthBits(codes));
            BitFields.Pack(codes, 4, blocks[6..22]);
        }
    }
}
