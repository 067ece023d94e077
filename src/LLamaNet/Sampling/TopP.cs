namespace LLamaNet.Sampling;

// Keeps the fewest tokens, likeliest first, whose probabilities reach p (nucleus sampling, Holtzman et al., arXiv 1904.09751).
internal static class TopP
{
    // Of the sum, and what it is divided by when the tokens above it do not reach p.
    private const double FirstBound = 1.0 / 64;
    private const double BoundStep = 32;

    public static void Apply(Span<float> weights, float p, Span<ulong> scratch)
    {
        if (p >= 1) return;
        double sum = TokenWeights.Sum(weights);

        // Only tokens above a bound are sorted. If they reach p the nucleus is among them. Tokens below (1 - p) / n have less
        // than 1 - p together, so that bound does for certain; a little less, for the rounding of the sum.
        double minBound = 0.999 * sum * (1.0 - p) / weights.Length;
        double bound = Math.Max(sum * FirstBound, minBound);
        Span<ulong> ascending = Above(bound, weights, scratch, out double reached);
        while ((ascending.IsEmpty || reached < p * sum) && bound > minBound)
        {
            bound = Math.Max(bound / BoundStep, minBound);
            ascending = Above(bound, weights, scratch, out reached);
        }

        ascending.Sort();
        weights.Clear();
        int count = ascending.Length;
        reached = 0;
        do
        {
            ulong key = ascending[--count];
            reached += weights[Ranking.Id(key)] = Ranking.Value(key);
        }
        while (count > 0 && reached < p * sum);
    }

    private static Span<ulong> Above(double bound, ReadOnlySpan<float> weights, Span<ulong> scratch, out double mass)
    {
        mass = 0;
        int count = 0;
        for (int id = 0; id < weights.Length; id++)
        {
            if (weights[id] <= bound) continue;
            mass += weights[id];
            scratch[count++] = Ranking.Key(weights[id], id);
        }

        return scratch[..count];
    }
}
