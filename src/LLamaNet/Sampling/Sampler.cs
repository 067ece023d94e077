using System.Numerics.Tensors;

namespace LLamaNet.Sampling;

// Chooses a sequence's tokens. The order of the chain is that of Meta's LLaMA code and of Hugging Face, which checkpoints'
// recommended values are meant for: temperature first, then the cuts, each on what the one before left.
internal sealed class Sampler(GenerationSettings settings, ulong seed, ReadOnlySpan<int> prompt, SamplerWorkspace workspace)
{
    private readonly Penalties _penalties = new(settings, prompt);

    // index: of the generated token, from 0. logits: with a finite maximum and no NaN. -1 when the bias forbids all tokens left.
    public int Sample(ReadOnlySpan<float> logits, int index)
    {
        Span<float> row = workspace.Row.AsSpan(0, logits.Length);
        logits.CopyTo(row);
        foreach ((int id, float bias) in settings.LogitBias)
        {
            if (id < row.Length) row[id] = (float)Math.Min((double)row[id] + bias, float.MaxValue);
        }

        _penalties.Apply(row);
        float max = TensorPrimitives.Max(row);
        if (float.IsNegativeInfinity(max)) return -1;
        if (settings.Temperature == 0) return row.IndexOf(max);

        TokenWeights.FromLogits(row, max, settings.Temperature);
        TopK.Apply(row, settings.TopK, workspace.Keys);
        TypicalP.Apply(row, settings.TypicalP, workspace.Keys);
        TopP.Apply(row, settings.TopP, workspace.Keys);
        MinP.Apply(row, settings.MinP);
        return TokenWeights.Draw(row, Philox.Uniform(seed, (ulong)index));
    }

    // history: prompt and generated tokens, the newest last.
    public void Observe(ReadOnlySpan<int> history) => _penalties.Observe(history);
}
