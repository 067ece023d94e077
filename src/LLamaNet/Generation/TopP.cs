namespace LLamaNet.Generation;

// Keeps the fewest tokens, likeliest first, whose probabilities reach p (nucleus sampling, Holtzman et al., arXiv 1904.09751).
internal static class TopP
{
    public static void Apply(Span<float> weights, float p, Span<ulong> scratch)
    {
        if (p >= 1) return;
        double sum = Weights.Sum(weights);

        // Tokens less likely than (1 - p) / n have less than 1 - p together, so the nucleus is among the others and only
        // those are sorted. A little less than the bound, for the rounding of the sum.
        double bound = 0.999 * sum * (1.0 - p) / weights.Length;
        int count = 0;
        for (int id = 0; id < weights.Length; id++)
        {
            if (weights[id] > bound) scratch[count++] = Ranking.Key(weights[id], id);
        }

        Span<ulong> ascending = scratch[..count];
        ascending.Sort();
        weights.Clear();
        double reached = 0;
        do
        {
            ulong key = ascending[--count];
            reached += weights[Ranking.Id(key)] = Ranking.Value(key);
        }
        while (count > 0 && reached < p * sum);
    }
}
