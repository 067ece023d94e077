using System.Runtime.CompilerServices;

namespace LLamaNet.Tensors.Blocks;

// The bit packings that several row-major formats share, to and from one byte a weight.
internal static unsafe class NibbleBlock
{
    private const ulong LowNibbles = 0x0f0f0f0f0f0f0f0f;
    private const ulong LowBits = 0x0101010101010101;

    // 32 weights in 16 bytes: byte i holds weight i in its lower half and weight i + 16 in its upper.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Split(byte* packed, ulong* quants)
    {
        ulong a = ((ulong*)packed)[0], b = ((ulong*)packed)[1];
        quants[0] = a & LowNibbles;
        quants[1] = b & LowNibbles;
        quants[2] = a >> 4 & LowNibbles;
        quants[3] = b >> 4 & LowNibbles;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Join(ulong* quants, byte* packed)
    {
        ((ulong*)packed)[0] = quants[0] & LowNibbles | (quants[2] & LowNibbles) << 4;
        ((ulong*)packed)[1] = quants[1] & LowNibbles | (quants[3] & LowNibbles) << 4;
    }

    // Bit i of 32 becomes bit 4 of weight i, as in Q5_0 and Q5_1.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void SplitFifthBits(uint bits, ulong* quants)
    {
        for (int i = 0; i < 4; i++)
        {
            // The byte in all eight places, bit j of it kept in place j and moved to its lowest bit.
            ulong spread = (bits >> 8 * i & 0xff) * LowBits & 0x8040201008040201;
            ulong ones = spread + 0x7f7f7f7f7f7f7f7f >> 7 & LowBits;
            quants[i] |= ones << 4;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint JoinFifthBits(ulong* quants)
    {
        uint bits = 0;
        for (int i = 0; i < 4; i++)
        {
            // Gathers the lowest bit of each byte in the topmost one.
            ulong ones = quants[i] >> 4 & LowBits;
            bits |= (uint)(ones * 0x0102040810204080 >> 56) << 8 * i;
        }

        return bits;
    }
}
