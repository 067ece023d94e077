namespace LLamaNet.Tensors.Blocks;

// half d | half dmin | 12 bytes of 6-bit scales and minimums | 128 bytes of nibbles      w = d * scale * q - dmin * minimum
// Weights 64 j to 64 j + 31 are the lower halves of bytes 32 j and up, the 32 after them the upper halves.
internal readonly unsafe struct Q4_KBlock : IBlockFormat
{
    public static DType Type => DType.Q4_K;

    public static int BlockLength => 256;

    public static int LowBits => 4;

    public static int HighBits => 0;

    public static int ZeroPoint => 0;

    public static int Multipliers => 1;

    public static int MinimumSign => -1;

    public static int Minimums => 1;

    public static void Split(byte* block, BlockParts* parts)
    {
        parts->Scale = *(ushort*)block;
        parts->Minimum = *(ushort*)(block + 2);
        SixBitFields.Split(block + 4, parts);
        SuperBlock.SplitNibbles(block + 16, (byte*)parts->Quants);
    }

    public static void Join(BlockParts* parts, byte* block)
    {
        *(ushort*)block = parts->Scale;
        *(ushort*)(block + 2) = parts->Minimum;
        SixBitFields.Join(parts, block + 4);
        SuperBlock.JoinNibbles((byte*)parts->Quants, block + 16);
    }
}
