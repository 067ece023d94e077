namespace LLamaNet.Tensors.Blocks;

// half d | 32 signed bytes                                       w = d * s; taken apart q = s + 128
internal readonly unsafe struct Q8_0Block : IBlockFormat
{
    private const ulong SignBits = 0x8080808080808080;

    public static DType Type => DType.Q8_0;

    public static int BlockLength => 32;

    public static int LowBits => 8;

    public static int HighBits => 0;

    public static int ZeroPoint => 128;

    public static int Multipliers => 0;

    public static int MinimumSign => 0;

    public static int Minimums => 0;

    public static void Split(byte* block, BlockParts* parts)
    {
        parts->Scale = *(ushort*)block;
        for (int i = 0; i < 4; i++) parts->Quants[i] = ((ulong*)(block + 2))[i] ^ SignBits;
    }

    public static void Join(BlockParts* parts, byte* block)
    {
        *(ushort*)block = parts->Scale;
        for (int i = 0; i < 4; i++) ((ulong*)(block + 2))[i] = parts->Quants[i] ^ SignBits;
    }
}
