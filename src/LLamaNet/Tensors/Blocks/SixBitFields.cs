namespace LLamaNet.Tensors.Blocks;

// Eight 6-bit multipliers and minimums in twelve bytes, as in Q4_K and Q5_K. The first four are the low bits of bytes 0..3 and
// 4..7; the others have their low four bits in the halves of bytes 8..11 and their high two above the first four's.
internal static unsafe class SixBitFields
{
    public static void Split(byte* packed, BlockParts* parts)
    {
        for (int i = 0; i < 4; i++)
        {
            parts->Multipliers[i] = (sbyte)(packed[i] & 63);
            parts->Minimums[i] = (byte)(packed[4 + i] & 63);
            parts->Multipliers[4 + i] = (sbyte)(packed[8 + i] & 15 | packed[i] >> 6 << 4);
            parts->Minimums[4 + i] = (byte)(packed[8 + i] >> 4 | packed[4 + i] >> 6 << 4);
        }
    }

    public static void Join(BlockParts* parts, byte* packed)
    {
        for (int i = 0; i < 4; i++)
        {
            int multiplier = parts->Multipliers[4 + i], minimum = parts->Minimums[4 + i];
            packed[i] = (byte)((byte)parts->Multipliers[i] | multiplier >> 4 << 6);
            packed[4 + i] = (byte)(parts->Minimums[i] | minimum >> 4 << 6);
            packed[8 + i] = (byte)(multiplier & 15 | (minimum & 15) << 4);
        }
    }
}
