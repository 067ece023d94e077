using LLamaNet.Tensors.Quantization;

namespace LLamaNet.Tensors.Formats;

// 256 weights in 110 bytes, in 16 sub-blocks of 16: w = d * (s - 32) * (q - 4), with multiplier s - 32
//     0   q bit 2      32 bytes: bit k of byte i is weight 32 k + i's
//    32   q bits 0, 1  2 x 32 bytes, 128 weights each: weights i, i + 32, i + 64, i + 96 from the lowest bits of byte i up
//    96   s bits 0..3  8 bytes: sub-block i in the lower, i + 8 in the upper four bits of byte i
//   104   s bits 4, 5  4 bytes: sub-blocks i, i + 4, i + 8, i + 12 from the lowest bits of byte i up
//   108   d            half
internal readonly unsafe struct Q3_K : IBlockFormat
{
    private const int MultiplierZero = 32;

    public static DType Type => DType.Q3_K;

    public static DType ShorterBlocks => DType.Q4_0;

    public static int BlockLength => 256;

    public static int BlockBytes => 110;

    public static int LowBits => 2;

    public static int HighBits => 1;

    public static int OperandBits => 3;

    public static int ZeroPoint => 4;

    public static int Multipliers => 2;

    public static int MinimumSign => 0;

    public static int Minimums => 0;

    public static int IntegerBits => 6;

    public static void Split(byte* block, BlockParts* parts)
    {
        var quants = (byte*)parts->Quants;
        for (int i = 0; i < 2; i++) BitFields.Unpack(block + 32 + 32 * i, 32, 2, quants + 128 * i);
        BitFields.Unpack(block, 32, 1, quants, shift: 2);
        byte* multipliers = block + 96;
        for (int i = 0; i < 16; i++)
        {
            int low = multipliers[i % 8] >> 4 * (i / 8) & 15, high = multipliers[8 + i % 4] >> 2 * (i / 4) & 3;
            parts->Multipliers[i] = (sbyte)((low | high << 4) - MultiplierZero);
        }

        parts->Scale = *(ushort*)(block + 108);
    }

    public static void Join(BlockParts* parts, byte* block)
    {
        var quants = (byte*)parts->Quants;
        for (int i = 0; i < 2; i++) BitFields.Pack(quants + 128 * i, block + 32 + 32 * i, 32, 2);
        BitFields.Pack(quants, block, 32, 1, shift: 2);
        byte* multipliers = block + 96;
        new Span<byte>(multipliers, 12).Clear();
        for (int i = 0; i < 16; i++)
        {
            int multiplier = parts->Multipliers[i] + MultiplierZero;
            multipliers[i % 8] |= (byte)((multiplier & 15) << 4 * (i / 8));
            multipliers[8 + i % 4] |= (byte)(multiplier >> 4 << 2 * (i / 4));
        }

        *(ushort*)(block + 108) = parts->Scale;
    }

    public static void Quantize(ReadOnlySpan<float> weights, BlockParts* parts) =>
        SymmetricSuperBlock.Quantize(weights, ZeroPoint, MultiplierZero, parts);
}
