namespace LLamaNet.Tensors.Quantization;

// Blocks with a scale and a min of their own: w = d * q + m with q from 0 to maxQuant.
internal static unsafe class AffineBlock
{
    public static void Quantize(ReadOnlySpan<float> weights, int maxQuant, BlockParts* parts)
    {
        const float step = 0.01f, minStep = 0.1f; // of the scale
        Span<float> scales = stackalloc float[ScaleSearch.Candidates], mins = stackalloc float[ScaleSearch.Candidates];
        (float scale, float min) = ScaleSearch.FitAffine(weights, maxQuant, float.PositiveInfinity);
        for (int i = 0; i < scales.Length; i++)
        {
            scales[i] = scale * (1 + step * ScaleSearch.Near(i % 4));
            mins[i] = min + minStep * scale * ScaleSearch.Near(i / 4);
        }

        F16Scale.Round(scales);
        F16Scale.Round(mins);
        int best = ScaleSearch.Best(weights, scales, mins, 0, maxQuant);
        Integers.Round(weights, scales[best], mins[best], 0, maxQuant, 0, (byte*)parts->Quants);
        parts->Scale = F16Scale.FromSingle(scales[best]);
        parts->Minimum = F16Scale.FromSingle(mins[best]);
    }
}
