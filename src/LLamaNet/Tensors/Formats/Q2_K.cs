using LLamaNet.Tensors.Quantization;

namespace LLamaNet.Tensors.Formats;

// 256 weights in 84 bytes, in 16 sub-blocks of 16: w = d * multiplier * q - m * minimum
//    0   multiplier, minimum   16 bytes: a sub-block's multiplier in the lower, its minimum in the upper four bits
//   16   q                     2 x 32 bytes, 128 weights each: weights i, i + 32, i + 64, i + 96 from the lowest bits of byte i
//   80   d                     half
//   82   m                     half
internal readonly unsafe struct Q2_K : IBlockFormat
{
    public static DType Type => DType.Q2_K;

    public static DType ShorterBlocks => DType.Q4_0;

    public static int BlockLength => 256;

    public static int BlockBytes => 84;

    public static int LowBits => 2;

    public static int HighBits => 0;

    public static int OperandBits => 2;

    public static int ZeroPoint => 0;

    public static int Multipliers => 2;

    public static int MinimumSign => -1;

    public static int Minimums => 2;

    public static int IntegerBits => 4;

    public static void Split(byte* block, BlockParts* parts)
    {
        for (int i = 0; i < 16; i++)
        {
            parts->Multipliers[i] = (sbyte)(block[i] & 15);
            parts->Minimums[i] = (byte)(block[i] >> 4);
        }

        var quants = (byte*)parts->Quants;
        for (int i = 0; i < 2; i++) BitFields.Unpack(block + 16 + 32 * i, 32, 2, quants + 128 * i);
        parts->Scale = *(ushort*)(block + 80);
        parts->Minimum = *(ushort*)(block + 82);
    }

    public static void Join(BlockParts* parts, byte* block)
    {
        for (int i = 0; i < 16; i++) block[i] = (byte)((byte)parts->Multipliers[i] | parts->Minimums[i] << 4);
        var quants = (byte*)parts->Quants;
        for (int i = 0; i < 2; i++) BitFields.Pack(quants + 128 * i, block + 16 + 32 * i, 32, 2);
        *(ushort*)(block + 80) = parts->Scale;
        *(ushort*)(block + 82) = parts->Minimum;
    }

    public static void Quantize(ReadOnlySpan<float> weights, BlockParts* parts) =>
        AffineSuperBlock.Quantize(weights, subBlocks: 16, maxQuant: 3, maxMultiplier: 15, parts);
}
