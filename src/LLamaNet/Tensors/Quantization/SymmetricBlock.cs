namespace LLamaNet.Tensors.Quantization;

// Blocks of integers around a zero: w = d * (q - zero) with q from 0 to 2 * zero - 1.
internal static unsafe class SymmetricBlock
{
    // d is negative where the positive extreme takes q = 0, which reaches one step further than the highest.
    public static void Quantize(ReadOnlySpan<float> weights, int zero, BlockParts* parts)
    {
        const float step = 0.01f; // of the scale
        Span<float> scales = stackalloc float[ScaleSearch.Candidates], mins = stackalloc float[ScaleSearch.Candidates];
        mins.Clear();
        float fitted = ScaleSearch.FitSymmetric(weights, zero);
        for (int i = 0; i < scales.Length; i++) scales[i] = fitted * (1 + step * ScaleSearch.Near(i));
        F16Scale.Round(scales);

        float d = scales[ScaleSearch.Best(weights, scales, mins, -zero, zero - 1)];
        Integers.Round(weights, d, 0, -zero, zero - 1, zero, (byte*)parts->Quants);
        parts->Scale = F16Scale.FromSingle(d);
    }
}
