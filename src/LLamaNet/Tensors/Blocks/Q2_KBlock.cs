namespace LLamaNet.Tensors.Blocks;

// 16 bytes of 4-bit scales (lower halves) and minimums (upper) | 64 bytes of bit pairs | half d | half dmin
// w = d * scale * q - dmin * minimum
internal readonly unsafe struct Q2_KBlock : IBlockFormat
{
    public static DType Type => DType.Q2_K;

    public static int BlockLength => 256;

    public static int LowBits => 2;

    public static int HighBits => 0;

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

        SuperBlock.SplitPairs(block + 16, (byte*)parts->Quants);
        parts->Scale = *(ushort*)(block + 80);
        parts->Minimum = *(ushort*)(block + 82);
    }

    public static void Join(BlockParts* parts, byte* block)
    {
        for (int i = 0; i < 16; i++) block[i] = (byte)((byte)parts->Multipliers[i] | parts->Minimums[i] << 4);
        SuperBlock.JoinPairs((byte*)parts->Quants, block + 16);
        *(ushort*)(block + 80) = parts->Scale;
        *(ushort*)(block + 82) = parts->Minimum;
    }
}
