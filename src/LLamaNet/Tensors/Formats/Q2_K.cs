using LLamaNet.Tensors.Quantization;

namespace LLamaNet.Tensors.Formats;

// 256 weights in 84 bytes, in 16 sub-blocks of 16: w = d * scale * q - dmin * min
//    0   scale, min   16 bytes: a sub-block's scale in the lower, its min in the upper four bits
//   16   q            2 x 32 bytes, 128 weights each: weights i, i + 32, i + 64, i + 96 from the lowest bits of byte i up
//   80   d            half
//   82   dmin         half
internal sealed class Q2_K() : WeightFormat(DType.Q2_K, 256, 84)
{
    private const int SubBlocks = 16;
    private const int HighestCode = 3;
    private const int HighestScale = 15;

    public override float LargestMagnitude => HighestScale * HalfScale.Largest;

    public override void Dequantize(ReadOnlySpan<byte> blocks, Span<float> values)
    {
        Span<sbyte> codes = stackalloc sbyte[BlockLength];
        Span<byte> scales = stackalloc byte[SubBlocks], mins = stackalloc byte[SubBlocks];
        for (; !values.IsEmpty; values = values[BlockLength..], blocks = blocks[BlockBytes..])
        {
            BitFields.Unpack(blocks[16..48], 2, codes[..128]);
            BitFields.Unpack(blocks[48..80], 2, codes[128..]);
            for (int i = 0; i < SubBlocks; i++) (scales[i], mins[i]) = ((byte)(blocks[i] & 15), (byte)(blocks[i] >> 4));
            float d = HalfScale.Read(blocks[80..]), dmin = HalfScale.Read(blocks[82..]);
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
            for (int i = 0; i < SubBlocks; i++) blocks[i] = (byte)(scales[i] | mins[i] << 4);
            BitFields.Pack(codes[..128], 2, blocks[16..48]);
            BitFields.Pack(codes[128..], 2, blocks[48..80]);
            HalfScale.Write(blocks[80..], d);
            HalfScale.Write(blocks[82..], dmin);
        }
    }
}
