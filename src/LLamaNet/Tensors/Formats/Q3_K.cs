using LLamaNet.Tensors.Quantization;

namespace LLamaNet.Tensors.Formats;

// 256 weights in 110 bytes, in 16 sub-blocks of 16: w = d * (scale - 32) * (q - 4)
//     0   q bit 2      32 bytes: bit k of byte i is weight 32 k + i's
//    32   q bits 0, 1  2 x 32 bytes, 128 weights each: weights i, i + 32, i + 64, i + 96 from the lowest bits of byte i up
//    96   scale 0..3   8 bytes: sub-block i in the lower, i + 8 in the upper four bits of byte i
//   104   scale 4, 5   4 bytes: sub-blocks i, i + 4, i + 8, i + 12 from the lowest bits of byte i up
//   108   d            half
internal sealed class Q3_K() : WeightFormat(DType.Q3_K, 256, 110)
{
    private const int SubBlocks = 16;
    private const int Zero = 4;
    private const int ScaleZero = 32;

    public override float LargestMagnitude => (Zero - 1) * (ScaleZero - 1) * HalfScale.Largest;

    public override void Dequantize(ReadOnlySpan<byte> blocks, Span<float> values)
    {
        Span<sbyte> codes = stackalloc sbyte[BlockLength], scales = stackalloc sbyte[SubBlocks];
        for (; !values.IsEmpty; values = values[BlockLength..], blocks = blocks[BlockBytes..])
        {
            BitFields.Unpack(blocks[32..64], 2, codes[..128]);
            BitFields.Unpack(blocks[64..96], 2, codes[128..]);
            BitFields.Unpack(blocks[..32], 1, codes, shift: 2);
            for (int i = 0; i < SubBlocks; i++)
                scales[i] = (sbyte)((blocks[96 + i % 8] >> i / 8 * 4 & 15 | (blocks[104 + i % 4] >> i / 4 * 2 & 3) << 4) - ScaleZero);
            SymmetricSuperBlock.Dequantize(codes, Zero, HalfScale.Read(blocks[108..]), scales, values[..BlockLength]);
        }
    }

    public override void Quantize(ReadOnlySpan<float> values, Span<byte> blocks)
    {
        Span<sbyte> codes = stackalloc sbyte[BlockLength], scales = stackalloc sbyte[SubBlocks];
        for (; !values.IsEmpty; values = values[BlockLength..], blocks = blocks[BlockBytes..])
        {
            float d = SymmetricSuperBlock.Quantize(values[..BlockLength], Zero, ScaleZero, scales, codes);
            BitFields.Pack(codes[..128], 2, blocks[32..64]);
            BitFields.Pack(codes[128..], 2, blocks[64..96]);
            BitFields.Pack(codes, 1, blocks[..32], shift: 2);
            blocks[96..108].Clear();
            for (int i = 0; i < SubBlocks; i++)
            {
                int scale = scales[i] + ScaleZero;
                blocks[96 + i % 8] |= (byte)((scale & 15) << i / 8 * 4);
                blocks[104 + i % 4] |= (byte)(scale >> 4 << i / 4 * 2);
            }

            HalfScale.Write(blocks[108..], d);
        }
    }
}
