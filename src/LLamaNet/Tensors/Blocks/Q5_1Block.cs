namespace LLamaNet.Tensors.Blocks;

// half d | half m | 32 fifth bits | 16 bytes of nibbles           w = d * q + m
internal readonly unsafe struct Q5_1Block : IBlockFormat
{
    public static DType Type => DType.Q5_1;

    public static int BlockLength => 32;

    public static int LowBits => 4;

    public static int HighBits => 1;

    public static int ZeroPoint => 0;

    public static int Multipliers => 0;

    public static int MinimumSign => 1;

    public static int Minimums => 0;

    public static void Split(byte* block, BlockParts* parts)
    {
        parts->Scale = *(ushort*)block;
        parts->Minimum = *(ushort*)(block + 2);
        NibbleBlock.Split(block + 8, parts->Quants);
        NibbleBlock.SplitFifthBits(*(uint*)(block + 4), parts->Quants);
    }

    public static void Join(BlockParts* parts, byte* block)
    {
        *(ushort*)block = parts->Scale;
        *(ushort*)(block + 2) = parts->Minimum;
        *(uint*)(block + 4) = NibbleBlock.JoinFifthBits(parts->Quants);
        NibbleBlock.Join(parts->Quants, block + 8);
    }
}
