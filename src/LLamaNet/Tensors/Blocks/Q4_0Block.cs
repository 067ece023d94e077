namespace LLamaNet.Tensors.Blocks;

// half d | 16 bytes of nibbles                                   w = d * (q - 8)
internal readonly unsafe struct Q4_0Block : IBlockFormat
{
    public static DType Type => DType.Q4_0;

    public static int BlockLength => 32;

    public static int LowBits => 4;

    public static int HighBits => 0;

    public static int ZeroPoint => 8;

    public static int Multipliers => 0;

    public static int MinimumSign => 0;

    public static int Minimums => 0;

    public static void Split(byte* block, BlockParts* parts)
    {
        parts->Scale = *(ushort*)block;
        NibbleBlock.Split(block + 2, parts->Quants);
    }

    public static void Join(BlockParts* parts, byte* block)
    {
        *(ushort*)block = parts->Scale;
        NibbleBlock.Join(parts->Quants, block + 2);
    }
}
