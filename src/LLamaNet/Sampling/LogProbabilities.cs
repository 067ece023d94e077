using System.Numerics.Tensors;

namespace LLamaNet.Sampling;

// log p(id) = logit(id) - max - ln(sum of exp(logit - max)), of the model's own logits.
internal static class LogProbabilities
{
    public static GeneratedToken Report(int id, ReadOnlySpan<float> logits, int topCount, SamplerWorkspace workspace)
    {
        Span<float> weights = workspace.Row.AsSpan(0, logits.Length);
        float max = TensorPrimitives.Max(logits);
        logits.CopyTo(weights);
        TokenWeights.FromLogits(weights, max, temperature: 1);
        double normalizer = max + Math.Log(TokenWeights.Sum(weights));

        Span<ulong> keys = workspace.Keys.AsSpan(0, Math.Min(topCount, logits.Length));
        Ranking.Select(logits, keys);
        var top = new TokenLogProbability[keys.Length];
        for (int i = 0; i < top.Length; i++) top[i] = new(Ranking.Id(keys[i]), (float)(Ranking.Value(keys[i]) - normalizer));
        return new GeneratedToken(id, (float)(logits[id] - normalizer), top);
    }
}
