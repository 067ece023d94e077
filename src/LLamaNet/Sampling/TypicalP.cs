namespace LLamaNet.Sampling;

// Keeps the fewest tokens, nearest to the entropy first, whose probabilities reach p (Meister et al., arXiv 2202.00666).
internal static class TypicalP
{
    public static void Apply(Span<float> weights, float p, Span<ulong> scratch)
    {
        if (p >= 1) return;
        double sum = TokenWeights.Sum(weights);
        double logSum = Math.Log(sum);
        double entropy = logSum;
        foreach (float weight in weights)
        {
            if (weight > 0) entropy -= weight / sum * Math.Log(weight);
        }

        int count = 0;
        for (int id = 0; id < weights.Length; id++)
        {
            if (weights[id] == 0) continue;
            double surprise = logSum - Math.Log(weights[id]);
            scratch[count++] = Ranking.Key(-(float)Math.Abs(surprise - entropy), id);
        }

        Span<ulong> ascending = scratch[..count];
        ascending.Sort();
        double reached = 0;
        do reached += weights[Ranking.Id(ascending[--count])];
        while (count > 0 && reached < p * sum);
        foreach (ulong key in ascending[..count]) weights[Ranking.Id(key)] = 0;
    }
}
