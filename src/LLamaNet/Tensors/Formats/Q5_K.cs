using LLamaNet.Tensors.Quantization;

namespace LLamaNet.Tensors.Formats;

// 256 weights in 176 bytes, in 8 sub-blocks of 32: w = d * multiplier * q - m * minimum
//    0   d                     half
//    2   m                     half
//    4   multiplier, minimum   12 bytes, see SixBitFields
//   16   q bit 4               32 bytes: bit k of byte i is weight 32 k + i's
//   48   q bits 0..3           4 x 32 bytes, 64 weights each: weight i in the lower, i + 32 in the upper four bits of byte i
internal readonly unsafe struct Q5_K : IBlockFormat
{
    public static DType Type => DType.Q5_K;

    public static DType ShorterBlocks => DType.Q5_1;

    public static int BlockLength => 256;

    public static int BlockBytes => 176;

    public static int LowBits => 4;

    public static int HighBits => 1;

    public static int OperandBits => 5;

    public static int ZeroPoint => 0;

    public static int Multipliers => 1;

    public static int MinimumSign => -1;

    public static int Minimums => 1;

    public static int IntegerBits => 6;

    public static void Split(byte* block, BlockParts* parts)
    {
        parts->Scale = *(ushort*)block;
        parts->Minimum = *(ushort*)(block + 2);
        SixBitFields.Split(block + 4, parts);
        var quants = (byte*)parts->Quants;
        for (int i = 0; i < 4; i++) BitFields.Unpack(block + 48 + 32 * i, 32, 4, quants + 64 * i);
        BitFields.Unpack(block + 16, 32, 1, quants, shift: 4);
    }

    public static void Join(BlockParts* parts, byte* block)
    {
        *(ushort*)block = parts->Scale;
        *(ushort*)(block + 2) = parts->Minimum;
        SixBitFields.Join(parts, block + 4);
        var quants = (byte*)parts->Quants;
        for (int i = 0; i < 4; i++) BitFields.Pack(quants + 64 * i, block + 48 + 32 * i, 32, 4);
        BitFields.Pack(quants, block + 16, 32, 1, shift: 4);
    }

    public static void Quantize(ReadOnlySpan<float> weights, BlockParts* parts) =>
        AffineSuperBlock.Quantize(weights, subBlocks: 8, maxQuant: 31, maxMultiplier: 63, parts);
}
