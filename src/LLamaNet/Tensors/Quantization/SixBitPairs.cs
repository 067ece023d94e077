namespace LLamaNet.Tensors.Quantization;

// Eight scales and eight mins of 6 bits in 12 bytes, as Q4_K and Q5_K hold them:
//   bytes 0..3    scale 0..3, above it the upper two bits of scale 4..7
//   bytes 4..7    min 0..3, above it the upper two bits of min 4..7
//   bytes 8..11   the lower four bits of scale 4..7, above them those of min 4..7
internal static class SixBitPairs
{
    public static void Unpack(ReadOnlySpan<byte> packed, Span<byte> scales, Span<byte> mins)
    {
        for (int i = 0; i < 4; i++)
        {
            scales[i] = (byte)(packed[i] & 63);
            mins[i] = (byte)(packed[i + 4] & 63);
            scales[i + 4] = (byte)(packed[i + 8] & 15 | packed[i] >> 6 << 4);
            mins[i + 4] = (byte)(packed[i + 8] >> 4 | packed[i + 4] >> 6 << 4);
        }
    }

    public static void Pack(ReadOnlySpan<byte> scales, ReadOnlySpan<byte> mins, Span<byte> packed)
    {
        for (int i = 0; i < 4; i++)
        {
            packed[i] = (byte)(scales[i] | scales[i + 4] >> 4 << 6);
            packed[i + 4] = (byte)(mins[i] | mins[i + 4] >> 4 << 6);
            packed[i + 8] = (byte)(scales[i + 4] & 15 | (mins[i + 4] & 15) << 4);
        }
    }
}
