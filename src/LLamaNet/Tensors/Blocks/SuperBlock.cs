namespace LLamaNet.Tensors.Blocks;

// The bit packings that formats with blocks of 256 share, to and from one byte a weight.
internal static unsafe class SuperBlock
{
    // Of eight bytes at a time.
    public const ulong LowNibbles = 0x0f0f0f0f0f0f0f0f;
    public const ulong LowPairs = 0x0303030303030303;
    private const ulong LowBits = 0x0101010101010101;

    // Weights 64 j + i are the lower halves of bytes 32 j + i, weights 64 j + 32 + i the upper ones; i < 32.
    public static void SplitNibbles(byte* packed, byte* quants)
    {
        for (int j = 0; j < 4; j++)
        {
            for (int i = 0; i < 32; i += 8)
            {
                ulong bytes = *(ulong*)(packed + 32 * j + i);
                *(ulong*)(quants + 64 * j + i) = bytes & LowNibbles;
                *(ulong*)(quants + 64 * j + 32 + i) = bytes >> 4 & LowNibbles;
            }
        }
    }

    public static void JoinNibbles(byte* quants, byte* packed)
    {
        for (int j = 0; j < 4; j++)
            for (int i = 0; i < 32; i++) packed[32 * j + i] = (byte)(quants[64 * j + i] & 15 | quants[64 * j + 32 + i] << 4);
    }

    // Weight 128 h + 32 j + i is at bit 2 j of byte 32 h + i; j < 4, i < 32.
    public static void SplitPairs(byte* packed, byte* quants)
    {
        for (int half = 0; half < 2; half++)
        {
            for (int i = 0; i < 32; i += 8)
            {
                ulong bytes = *(ulong*)(packed + 32 * half + i);
                for (int j = 0; j < 4; j++) *(ulong*)(quants + 128 * half + 32 * j + i) = bytes >> 2 * j & LowPairs;
            }
        }
    }

    public static void JoinPairs(byte* quants, byte* packed)
    {
        for (int half = 0; half < 2; half++)
        {
            byte* q = quants + 128 * half;
            for (int i = 0; i < 32; i++)
                packed[32 * half + i] = (byte)(q[i] & 3 | (q[32 + i] & 3) << 2 | (q[64 + i] & 3) << 4 | (q[96 + i] & 3) << 6);
        }
    }

    // Bit s of byte i belongs to weight 32 s + i, where it is bit `position`; i < 32.
    public static void SplitBits(byte* packed, byte* quants, int position)
    {
        for (int i = 0; i < 32; i += 8)
        {
            ulong bytes = *(ulong*)(packed + i);
            for (int s = 0; s < 8; s++) *(ulong*)(quants + 32 * s + i) |= (bytes >> s & LowBits) << position;
        }
    }
}
