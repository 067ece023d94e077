using System.Runtime.InteropServices;
using LLamaNet.Tensors.Quantization;

namespace LLamaNet.Tensors.Formats;

// 256 weights in 210 bytes, in 16 sub-blocks of 16: w = d * scale * (q - 32)
//     0   q bits 0..3  2 x 64 bytes, 128 weights each: weight i in the lower, i + 64 in the upper four bits of byte i
//   128   q bits 4, 5  2 x 32 bytes, 128 weights each: weights i, i + 32, i + 64, i + 96 from the lowest bits of byte i up
//   192   scale        16 signed bytes
//   208   d            half
internal sealed class Q6_K() : WeightFormat(DType.Q6_K, 256, 210)
{
    private const int Zero = 32;
    private const int ScaleZero = 128;

    public override float LargestMagnitude => (Zero - 1) * (ScaleZero - 1) * HalfScale.Largest;

    public override void Dequantize(ReadOnlySpan<byte> blocks, Span<float> values)
    {
        Span<sbyte> codes = stackalloc sbyte[BlockLength];
        for (; !values.IsEmpty; values = values[BlockLength..], blocks = blocks[BlockBytes..])
        {
            for (int i = 0; i < 2; i++)
            {
                BitFields.Unpack(blocks.Slice(64 * i, 64), 4, codes.Slice(128 * i, 128));
                BitFields.Unpack(blocks.Slice(128 + 32 * i, 32), 2, codes.Slice(128 * i, 128), shift: 4);
            }

            ReadOnlySpan<sbyte> scales = MemoryMarshal.Cast<byte, sbyte>(blocks[192..208]);
            SymmetricSuperBlock.Dequantize(codes, Zero, HalfScale.Read(blocks[208..]), scales, values[..BlockLength]);
        }
    }

    public override void Quantize(ReadOnlySpan<float> values, Span<byte> blocks)
    {
        Span<sbyte> codes = stackalloc sbyte[BlockLength];
        for (; !values.IsEmpty; values = values[BlockLength..], blocks = blocks[BlockBytes..])
        {
            Span<sbyte> scales = MemoryMarshal.Cast<byte, sbyte>(blocks[192..208]);
            HalfScale.Write(blocks[208..], SymmetricSuperBlock.Quantize(values[..BlockLength], Zero, ScaleZero, scales, codes));
            for (int i = 0; i < 2; i++)
            {
                BitFields.Pack(codes.Slice(128 * i, 128), 4, blocks.Slice(64 * i, 64));
                BitFields.Pack(codes.Slice(128 * i, 128), 2, blocks.Slice(128 + 32 * i, 32), shift: 4);
            }
        }
    }
}
