namespace LLamaNet.Tensors.Blocks;

// half d | 32 fifth bits | 16 bytes of nibbles                    w = d * (q - 16)
internal readonly unsafe struct Q5_0Block : IBlockFormat
{
    public static DType Type => DType.Q5_0;

    public static int BlockLength => 32;

    public static int LowBits => 4;

    public static int HighBits => 1;

    public static int ZeroPoint => 16;

    public static int Multipliers => 0;

    public static int MinimumSign => 0;

    public static int Minimums => 0;

    public static void Split(byte* block, BlockParts* parts)
    {
        parts->Scale = *(ushort*)block;
        NibbleBlock.Split(block + 6, parts->Quants);
        NibbleBlock.SplitFifthBits(*(uint*)(block + 2), parts->Quants);
    }

    public static void Join(BlockParts* parts, byte* block)
    {
        *(ushort*)block = parts->Scale;
        *(uint*)(block + 2) = NibbleBlock.JoinFifthBits(parts->Quants);
        NibbleBlock.Join(parts->Quants, block + 6);
    }
}
