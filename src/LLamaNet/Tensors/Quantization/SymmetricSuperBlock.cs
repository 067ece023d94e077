namespace LLamaNet.Tensors.Quantization;

// 256 weights in 16 sub-blocks that share a half: w = d * multiplier * (q - zero), multiplier from -multiplierZero to
// multiplierZero - 1.
internal static unsafe class SymmetricSuperBlock
{
    private const int SubBlocks = 16;
    private const int SubBlockLength = 16;

    public static void Quantize(ReadOnlySpan<float> weights, int zero, int multiplierZero, BlockParts* parts)
    {
        Span<float> fitted = stackalloc float[SubBlocks];
        float largest = 0;
        for (int i = 0; i < SubBlocks; i++)
        {
            fitted[i] = ScaleSearch.FitSymmetric(weights.Slice(i * SubBlockLength, SubBlockLength), zero);
            if (Math.Abs(fitted[i]) > Math.Abs(largest)) largest = fitted[i];
        }

        // The scale of largest magnitude becomes -multiplierZero, the one number without a positive twin.
        float d = F16Scale.Spanning(Math.Abs(largest), multiplierZero);
        if (largest > 0) d = -d;
        parts->Scale = F16Scale.FromSingle(d);

        Span<float> near = stackalloc float[ScaleSearch.Candidates], mins = stackalloc float[ScaleSearch.Candidates];
        mins.Clear();
        for (int i = 0; i < SubBlocks; i++)
        {
            int multiplier = d == 0 ? 0 : (int)MathF.Round(fitted[i] / d);
            for (int k = 0; k < ScaleSearch.Candidates; k++)
                near[k] = d * Math.Clamp(multiplier + ScaleSearch.Near(k), -multiplierZero, multiplierZero - 1);

            ReadOnlySpan<float> part = weights.Slice(i * SubBlockLength, SubBlockLength);
            int best = ScaleSearch.Best(part, near, mins, -zero, zero - 1);
            Integers.Round(part, near[best], 0, -zero, zero - 1, zero, (byte*)parts->Quants + i * SubBlockLength);
            parts->Multipliers[i] = (sbyte)Math.Clamp(multiplier + ScaleSearch.Near(best), -multiplierZero, multiplierZero - 1);
        }
    }
}
