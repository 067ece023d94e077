namespace LLamaNet.Tensors.Quantization;

// 256 weights in sub-blocks that share two halves: w = d * multiplier * q - m * minimum, with whole numbers from 0.
internal static unsafe class AffineSuperBlock
{
    private const int Length = 256;
    private const int MaxSubBlocks = 16;

    // A sub-block's own best scale and min decide d and m. Then it takes the stored pair near its own that loses least.
    public static void Quantize(ReadOnlySpan<float> weights, int subBlocks, int maxQuant, int maxMultiplier, BlockParts* parts)
    {
        int length = Length / subBlocks;
        Span<float> fittedScales = stackalloc float[MaxSubBlocks], fittedMins = stackalloc float[MaxSubBlocks];
        float largestScale = 0, largestMin = 0;
        for (int i = 0; i < subBlocks; i++)
        {
            (fittedScales[i], float min) = ScaleSearch.FitAffine(weights.Slice(i * length, length), maxQuant, greatestMin: 0);
            fittedMins[i] = -min;
            largestScale = Math.Max(largestScale, fittedScales[i]);
            largestMin = Math.Max(largestMin, fittedMins[i]);
        }

        float d = F16Scale.Spanning(largestScale, maxMultiplier), m = F16Scale.Spanning(largestMin, maxMultiplier);
        parts->Scale = F16Scale.FromSingle(d);
        parts->Minimum = F16Scale.FromSingle(m);
        Span<float> nearScales = stackalloc float[ScaleSearch.Candidates], nearMins = stackalloc float[ScaleSearch.Candidates];
        for (int i = 0; i < subBlocks; i++)
        {
            int multiplier = Steps(fittedScales[i], d), minimum = Steps(fittedMins[i], m);
            for (int k = 0; k < ScaleSearch.Candidates; k++)
            {
                nearScales[k] = d * Math.Clamp(multiplier + ScaleSearch.Near(k % 4), 0, maxMultiplier);
                nearMins[k] = -m * Math.Clamp(minimum + ScaleSearch.Near(k / 4), 0, maxMultiplier);
            }

            ReadOnlySpan<float> part = weights.Slice(i * length, length);
            int best = ScaleSearch.Best(part, nearScales, nearMins, 0, maxQuant);
            Integers.Round(part, nearScales[best], nearMins[best], 0, maxQuant, 0, (byte*)parts->Quants + i * length);
            parts->Multipliers[i] = (sbyte)Math.Clamp(multiplier + ScaleSearch.Near(best % 4), 0, maxMultiplier);
            parts->Minimums[i] = (byte)Math.Clamp(minimum + ScaleSearch.Near(best / 4), 0, maxMultiplier);
        }
    }

    private static int Steps(float value, float step) => step == 0 ? 0 : (int)MathF.Round(value / step);
}
