namespace LLamaNet.Tensors.Quantization;

// 256 weights in sub-blocks that share two halves: w = d * scale * q - dmin * min, with scale, min and q whole numbers from 0.
internal static class AffineSuperBlock
{
    private const int Length = 256;
    private const int MaxSubBlocks = 16;

    public static void Dequantize(
        ReadOnlySpan<sbyte> codes, float d, float dmin, ReadOnlySpan<byte> scales, ReadOnlySpan<byte> mins, Span<float> values)
    {
        int length = Length / scales.Length;
        for (int i = 0; i < scales.Length; i++)
            Codes.ScaleAndAdd(codes.Slice(i * length, length), d * scales[i], -(dmin * mins[i]), values.Slice(i * length, length));
    }

    // Returns d and dmin. A sub-block's own best scale and min decide these two; then it takes the stored pair near its own
    // that loses least.
    public static (float D, float Dmin) Quantize(
        ReadOnlySpan<float> values, int highestCode, int highestScale, Span<byte> scales, Span<byte> mins, Span<sbyte> codes)
    {
        int length = Length / scales.Length;
        Span<float> fittedScales = stackalloc float[MaxSubBlocks], fittedMins = stackalloc float[MaxSubBlocks];
        float largestScale = 0, largestMin = 0;
        for (int i = 0; i < scales.Length; i++)
        {
            (fittedScales[i], float min) = ScaleSearch.FitAffine(values.Slice(i * length, length), highestCode, greatestMin: 0);
            fittedMins[i] = -min;
            largestScale = Math.Max(largestScale, fittedScales[i]);
            largestMin = Math.Max(largestMin, fittedMins[i]);
        }

        float d = HalfScale.Spanning(largestScale, highestScale), dmin = HalfScale.Spanning(largestMin, highestScale);
        Span<float> nearScales = stackalloc float[ScaleSearch.Candidates], nearMins = stackalloc float[ScaleSearch.Candidates];
        for (int i = 0; i < scales.Length; i++)
        {
            int scale = Steps(fittedScales[i], d), min = Steps(fittedMins[i], dmin);
            for (int k = 0; k < ScaleSearch.Candidates; k++)
            {
                nearScales[k] = d * Math.Clamp(scale + ScaleSearch.Near(k % 4), 0, highestScale);
                nearMins[k] = -dmin * Math.Clamp(min + ScaleSearch.Near(k / 4), 0, highestScale);
            }

            ReadOnlySpan<float> part = values.Slice(i * length, length);
            int best = ScaleSearch.Best(part, nearScales, nearMins, 0, highestCode);
            Codes.Round(part, nearScales[best], nearMins[best], 0, highestCode, 0, codes.Slice(i * length, length));
            scales[i] = (byte)Math.Clamp(scale + ScaleSearch.Near(best % 4), 0, highestScale);
            mins[i] = (byte)Math.Clamp(min + ScaleSearch.Near(best / 4), 0, highestScale);
        }

        return (d, dmin);
    }

    private static int Steps(float value, float step) => step == 0 ? 0 : (int)MathF.Round(value / step);
}
