namespace LLamaNet.Tensors.Blocks;

// half d | half dmin | 12 bytes of 6-bit scales and minimums | 32 bytes of fifth bits | 128 bytes of nibbles
// w = d * scale * q - dmin * minimum; bit s of byte i of the fifth bits belongs to weight 32 s + i, nibbles as in Q4_K.
internal readonly unsafe struct Q5_KBlock : IBlockFormat
{
    public static DType Type => DType.Q5_K;

    public static int BlockLength => 256;

    public static int LowBits => 4;

    public static int HighBits => 1;

    public static int ZeroPoint => 0;

    public static int Multipliers => 1;

    public static int MinimumSign => -1;

    public static int Minimums => 1;

    public static void Split(byte* block, BlockParts* parts)
    {
        parts->Scale = *(ushort*)block;
        parts->Minimum = *(ushort*)(block + 2);
        SixBitFields.Split(block + 4, parts);
        byte* quants = (byte*)parts->Quants;
        SuperBlock.SplitNibbles(block + 48, quants);
        SuperBlock.SplitBits(block + 16, quants, 4);
    }

    public static void Join(BlockParts* parts, byte* block)
    {
        *(ushort*)block = parts->Scale;
        *(ushort*)(block + 2) = parts->Minimum;
        SixBitFields.Join(parts, block + 4);
        byte* quants = (byte*)parts->Quants;
        SuperBlock.JoinNibbles(quants, block + 48);
        new Span<byte>(block + 16, 32).Clear();
        for (int i = 0; i < 256; i++) block[16 + i % 32] |= (byte)((quants[i] >> 4 & 1) << i / 32);
    }
}
