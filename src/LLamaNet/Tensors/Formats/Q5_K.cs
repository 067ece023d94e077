using LLamaNet.Tensors.Quantization;

namespace LLamaNet.Tensors.Formats;

// 256 weights in 176 bytes, in 8 sub-blocks of 32: w = d * scale * q - dmin * min
//    0   d            half
//    2   dmin         half
//    4   scale, min   12 bytes, see SixBitPairs
//   16   q bit 4      32 bytes: bit k of byte i is weight 32 k + i's
//   48   q bits 0..3  4 x 32 bytes, 64 weights each: weight i in the lower, i + 32 in the upper four bits of byte i
internal sealed class Q5_K() : WeightFormat(DType.Q5_K, 256, 176)
{
    private const int SubBlocks = 8;
    private const int HighestCode = 31;
    private const int HighestScale = 63;

    public override float LargestMagnitude => HighestScale * HalfScale.Largest;

    public override void Dequantize(ReadOnlySpan<byte> blocks, Span<float> values)
    {
        Span<sbyte> codes = stackalloc sbyte[BlockLength];
        Span<byte> scales = stackalloc byte[SubBlocks], mins = stackalloc byte[SubBlocks];
        for (; !values.IsEmpty; values = values[BlockLength..], blocks = blocks[BlockBytes..])
        {
            for (int i = 0; i < 4; i++) BitFields.Unpack(blocks.Slice(48 + 32 * i, 32), 4, codes.Slice(64 * i, 64));
            BitFields.Unpack(blocks[16..48], 1, codes, shift: 4);
            SixBitPairs.Unpack(blocks[4..16], scales, mins);
            float d = HalfScale.Read(blocks), dmin = HalfScale.Read(blocks[2..]);
            AffineSuperBlock.Dequantize(codes, d, dmin, scales, mins, values[..BlockLength]);
        }
    }

    public override void Quantize(ReadOnlySpan<float> values, Span<byte> blocks)
    {
        Span<sbyte> codes = stackalloc sbyte[BlockLength];
        Span<byte> scales = stackalloc byte[SubBlocks], mins = stackalloc byte[SubBlocks];
        for (; !values.IsEmpty; values = values[BlockLength..], blocks = blocks[BlockBytes..])
        {
            (float d, float dmin) = AffineSuperBlock.Quantize(values[..BlockLength], HighestCode, HighestScale, scales, mins, codes);
            HalfScale.Write(blocks, d);
            HalfScale.Write(blocks[2..], dmin);
            SixBitPairs.Pack(scales, mins, blocks[4..16]);
            BitFields.Pack(codes, 1, blocks[16..48], shift: 4);
            for (int i = 0; i < 4; i++) BitFields.Pack(codes.Slice(64 * i, 64), 4, blocks.Slice(48 + 32 * i, 32));
        }
    }
}
