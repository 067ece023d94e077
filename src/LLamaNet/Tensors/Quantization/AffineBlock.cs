namespace LLamaNet.Tensors.Quantization;

// Blocks with a scale and a min of their own: w = d * q + m with q from 0 to highestCode.
internal static class AffineBlock
{
    // Returns d and m, both halves.
    public static (float D, float M) Quantize(ReadOnlySpan<float> values, int highestCode, Span<sbyte> codes)
    {
        const float step = 0.01f, minStep = 0.1f; // of the scale
        Span<float> scales = stackalloc float[ScaleSearch.Candidates], mins = stackalloc float[ScaleSearch.Candidates];
        (float scale, float min) = ScaleSearch.FitAffine(values, highestCode, float.PositiveInfinity);
        for (int i = 0; i < scales.Length; i++)
        {
            scales[i] = scale * (1 + step * ScaleSearch.Near(i % 4));
            mins[i] = min + minStep * scale * ScaleSearch.Near(i / 4);
        }

        HalfScale.Round(scales);
        HalfScale.Round(mins);
        int best = ScaleSearch.Best(values, scales, mins, 0, highestCode);
        Codes.Round(values, scales[best], mins[best], 0, highestCode, 0, codes);
        return (scales[best], mins[best]);
    }
}
