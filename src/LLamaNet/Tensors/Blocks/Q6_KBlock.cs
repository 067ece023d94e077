namespace LLamaNet.Tensors.Blocks;

// 128 bytes of low nibbles | 64 bytes of upper bit pairs | 16 signed scales | half d     w = d * scale * (q - 32)
// Of each 128 weights, weight 32 j + i has its pair at bit 2 j of byte i, and its nibble in byte i (j even) or 32 + i (odd),
// in the lower half for j < 2 and the upper after.
internal readonly unsafe struct Q6_KBlock : IBlockFormat
{
    public static DType Type => DType.Q6_K;

    public static int BlockLength => 256;

    public static int LowBits => 4;

    public static int HighBits => 2;

    public static int ZeroPoint => 32;

    public static int Multipliers => 2;

    public static int MinimumSign => 0;

    public static int Minimums => 0;

    public static void Split(byte* block, BlockParts* parts)
    {
        parts->Scale = *(ushort*)(block + 208);
        for (int i = 0; i < 16; i++) parts->Multipliers[i] = (sbyte)block[192 + i];
        byte* quants = (byte*)parts->Quants;
        for (int half = 0; half < 2; half++)
        {
            byte* low = block + 64 * half, high = block + 128 + 32 * half;
            for (int i = 0; i < 32; i += 8)
            {
                ulong first = *(ulong*)(low + i), second = *(ulong*)(low + 32 + i), pairs = *(ulong*)(high + i);
                *(ulong*)(quants + i) = first & SuperBlock.LowNibbles | (pairs & SuperBlock.LowPairs) << 4;
                *(ulong*)(quants + 32 + i) = second & SuperBlock.LowNibbles | (pairs >> 2 & SuperBlock.LowPairs) << 4;
                *(ulong*)(quants + 64 + i) = first >> 4 & SuperBlock.LowNibbles | (pairs >> 4 & SuperBlock.LowPairs) << 4;
                *(ulong*)(quants + 96 + i) = second >> 4 & SuperBlock.LowNibbles | (pairs >> 6 & SuperBlock.LowPairs) << 4;
            }

            quants += 128;
        }
    }

    public static void Join(BlockParts* parts, byte* block)
    {
        *(ushort*)(block + 208) = parts->Scale;
        for (int i = 0; i < 16; i++) block[192 + i] = (byte)parts->Multipliers[i];
        byte* quants = (byte*)parts->Quants;
        for (int half = 0; half < 2; half++)
        {
            byte* low = block + 64 * half, high = block + 128 + 32 * half;
            for (int i = 0; i < 32; i++)
            {
                low[i] = (byte)(quants[i] & 15 | quants[i + 64] << 4);
                low[i + 32] = (byte)(quants[i + 32] & 15 | quants[i + 96] << 4);
                high[i] = (byte)(quants[i] >> 4 | quants[i + 32] >> 4 << 2 | quants[i + 64] >> 4 << 4 | quants[i + 96] >> 4 << 6);
            }

            quants += 128;
        }
    }
}
