namespace LLamaNet.Tensors.Quantization;

// Blocks of codes around a zero: w = d * (q - zero) with q from 0 to 2 * zero - 1.
internal static class SymmetricBlock
{
    // Returns d, a half; negative where the positive extreme takes code 0, which reaches one step further than the highest.
    public static float Quantize(ReadOnlySpan<float> values, int zero, Span<sbyte> codes)
    {
        const float step = 0.01f; // of the scale
        Span<float> scales = stackalloc float[ScaleSearch.Candidates], mins = stackalloc float[ScaleSearch.Candidates];
        mins.Clear();
        float fitted = ScaleSearch.FitSymmetric(values, zero);
        for (int i = 0; i < scales.Length; i++) scales[i] = fitted * (1 + step * ScaleSearch.Near(i));
        HalfScale.Round(scales);

        float d = scales[ScaleSearch.Best(values, scales, mins, -zero, zero - 1)];
        Codes.Round(values, d, 0, -zero, zero - 1, zero, codes);
        return d;
    }
}
