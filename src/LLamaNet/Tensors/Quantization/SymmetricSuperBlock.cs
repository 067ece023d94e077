namespace LLamaNet.Tensors.Quantization;

// 256 weights in 16 sub-blocks that share a half: w = d * scale * (q - zero), scale from -scaleZero to scaleZero - 1.
internal static class SymmetricSuperBlock
{
    private const int SubBlocks = 16;
    private const int SubBlockLength = 16;

    public static void Dequantize(ReadOnlySpan<sbyte> codes, int zero, float d, ReadOnlySpan<sbyte> scales, Span<float> values)
    {
        for (int i = 0; i < SubBlocks; i++)
        {
            Range part = new(i * SubBlockLength, (i + 1) * SubBlockLength);
            Codes.Scale(codes[part], zero, d * scales[i], values[part]);
        }
    }

    // Returns d.
    public static float Quantize(ReadOnlySpan<float> values, int zero, int scaleZero, Span<sbyte> scales, Span<sbyte> codes)
    {
        Span<float> fitted = stackalloc float[SubBlocks];
        float largest = 0;
        for (int i = 0; i < SubBlocks; i++)
        {
            fitted[i] = ScaleSearch.FitSymmetric(values.Slice(i * SubBlockLength, SubBlockLength), zero);
            if (Math.Abs(fitted[i]) > Math.Abs(largest)) largest = fitted[i];
        }

        // The scale of largest magnitude becomes -scaleZero, the one number without a positive twin.
        float d = HalfScale.Spanning(Math.Abs(largest), scaleZero);
        if (largest > 0) d = -d;

        Span<float> near = stackalloc float[ScaleSearch.Candidates], mins = stackalloc float[ScaleSearch.Candidates];
        mins.Clear();
        for (int i = 0; i < SubBlocks; i++)
        {
            int scale = d == 0 ? 0 : (int)MathF.Round(fitted[i] / d);
            for (int k = 0; k < ScaleSearch.Candidates; k++)
                near[k] = d * Math.Clamp(scale + ScaleSearch.Near(k), -scaleZero, scaleZero - 1);

            Range part = new(i * SubBlockLength, (i + 1) * SubBlockLength);
            int best = ScaleSearch.Best(values[part], near, mins, -zero, zero - 1);
            Codes.Round(values[part], near[best], 0, -zero, zero - 1, zero, codes[part]);
            scales[i] = (sbyte)Math.Clamp(scale + ScaleSearch.Near(best), -scaleZero, scaleZero - 1);
        }

        return d;
    }
}
