namespace LLamaNet.Sampling;

// Keeps the k greatest weights (Fan et al., arXiv 1805.04833).
internal static class TopK
{
    public static void Apply(Span<float> weights, int k, Span<ulong> scratch)
    {
        if (k == 0 || k >= weights.Length) return;
        Span<ulong> kept = scratch[..k];
        Ranking.Select(weights, kept);
        weights.Clear();
        foreach (ulong key in kept) weights[Ranking.Id(key)] = Ranking.Value(key);
    }
}
