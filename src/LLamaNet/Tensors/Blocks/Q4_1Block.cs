namespace LLamaNet.Tensors.Blocks;

// half d | half m | 16 bytes of nibbles                           w = d * q + m
internal readonly unsafe struct Q4_1Block : IBlockFormat
{
    public static DType Type => DType.Q4_1;

    public static int BlockLength => 32;

    public static int LowBits => 4;

    public static int HighBits => 0;

    public static int ZeroPoint => 0;

    public static int Multipliers => 0;

    public static int MinimumSign => 1;

    public static int Minimums => 0;

    public static void Split(byte* block, BlockParts* parts)
    {
        parts->Scale = *(ushort*)block;
        parts->Minimum = *(ushort*)(block + 2);
        NibbleBlock.Split(block + 4, parts->Quants);
    }

    public static void Join(BlockParts* parts, byte* block)
    {
        *(ushort*)block = parts->Scale;
        *(ushort*)(block + 2) = parts->Minimum;
        NibbleBlock.Join(parts->Quants, block + 4);
    }
}
