namespace LLamaNet.Tensors.Quantization;

// Eight multipliers and eight minimums of 6 bits in 12 bytes, as Q4_K and Q5_K hold them:
//   bytes 0..3    multiplier 0..3, above it the upper two bits of multiplier 4..7
//   bytes 4..7    minimum 0..3, above it the upper two bits of minimum 4..7
//   bytes 8..11   the lower four bits of multiplier 4..7, above them those of minimum 4..7
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
