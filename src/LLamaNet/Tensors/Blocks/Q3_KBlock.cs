namespace LLamaNet.Tensors.Blocks;

// 32 bytes of third bits | 64 bytes of bit pairs | 12 bytes of 6-bit scales | half d      w = d * (scale - 32) * (q - 4)
// Bit s of byte i of the third bits belongs to weight 32 s + i. Scale k has its low four bits in half k / 8 of byte k % 8
// and its high two at bit 2 (k / 4) of byte 8 + k % 4.
internal readonly unsafe struct Q3_KBlock : IBlockFormat
{
    public static DType Type => DType.Q3_K;

    public static int BlockLength => 256;

    public static int LowBits => 2;

    public static int HighBits => 1;

    public static int ZeroPoint => 4;

    public static int Multipliers => 2;

    public static int MinimumSign => 0;

    public static int Minimums => 0;

    public static void Split(byte* block, BlockParts* parts)
    {
        byte* quants = (byte*)parts->Quants;
        SuperBlock.SplitPairs(block + 32, quants);
        SuperBlock.SplitBits(block, quants, 2);
        byte* scales = block + 96;
        for (int k = 0; k < 16; k++)
        {
            int low = scales[k % 8] >> 4 * (k / 8) & 15, high = scales[8 + k % 4] >> 2 * (k / 4) & 3;
            parts->Multipliers[k] = (sbyte)((low | high << 4) - 32);
        }

        parts->Scale = *(ushort*)(block + 108);
    }

    public static void Join(BlockParts* parts, byte* block)
    {
        byte* quants = (byte*)parts->Quants;
        SuperBlock.JoinPairs(quants, block + 32);
        new Span<byte>(block, 32).Clear();
        for (int i = 0; i < 256; i++) block[i % 32] |= (byte)((quants[i] >> 2 & 1) << i / 32);
        byte* scales = block + 96;
        new Span<byte>(scales, 12).Clear();
        for (int k = 0; k < 16; k++)
        {
            int scale = parts->Multipliers[k] + 32;
            scales[k % 8] |= (byte)((scale & 15) << 4 * (k / 8));
            scales[8 + k % 4] |= (byte)(scale >> 4 << 2 * (k / 4));
        }

        *(ushort*)(block + 108) = parts->Scale;
    }
}
