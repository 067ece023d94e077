using LLamaNet.Backends;
using LLamaNet.Tensors;

namespace LLamaNet.Models;

// The LLaMA forward pass (Touvron et al., 2023): pre-norm transformer with RMSNorm, rotary embeddings, SwiGLU and causal
// attention, over a batch of tokens of any number of sequences. Factors of 1 and norms that a model lacks cost nothing.
// Not thread-safe: it belongs to the decoding loop.
internal sealed class Transformer(
    Backend backend, LlamaConfig config, LlamaWeights weights, KvCache cache, RopeTables ropes, StepLimits limits)
    : IForwardPass, IDisposable
{
    private readonly Activations _activations = new(config, limits, (rows, width) => backend.Allocate(DType.F32, rows, width));
    private Action<Batch>? _compute;

    public LlamaConfig Config => config;

    public KvCache Cache => cache;

    public LlamaWeights Weights => weights;

    // Device memory held now.
    public long AllocatedBytes => backend.AllocatedBytes;

    public int MaxRows => limits.MaxRows;

    public int MaxOutputs => limits.MaxOutputs;

    // The rotation for a sequence whose prompt has this many tokens.
    public RopeTable RopeFor(int promptLength) => ropes.For(promptLength);

    public bool CanSample => Config.VocabularySize <= backend.MaxSampledVocabulary;

    public void Forward(Batch batch, Span<float> logits, Span<int> drawn)
    {
        backend.Step(batch, _compute ??= Compute);
        if (batch.ReadCount > 0) backend.Read(_activations.Logits, 0, logits[..(batch.ReadCount * config.VocabularySize)]);
        if (batch.SampledCount > 0) backend.ReadSampled(drawn[..batch.SampledCount]);
    }

    public void Dispose()
    {
        _activations.Dispose();
        ropes.Dispose();
        cache.Dispose();
        weights.Dispose();
        backend.Dispose();
    }

    private void Compute(Batch batch)
    {
        Tensor residual = _activations.Residual, qkv = _activations.Qkv, attended = _activations.Attended;
        Tensor hidden = _activations.Hidden, logits = _activations.Logits;
        int rows = batch.Count;
        float epsilon = config.RmsNormEpsilon;

        backend.Embed(residual, weights.Embedding, batch);
        backend.Scale(residual, config.EmbeddingMultiplier, rows);
        for (int i = 0; i < config.Layers; i++)
        {
            LlamaWeights.Layer layer = weights.Layers[i];

            backend.RmsNormMatMul(qkv, residual, layer.AttentionNorm, layer.Qkv, rows, epsilon);
            if (layer is { QueryNorm: { } queryNorm, KeyNorm: { } keyNorm })
                backend.RmsNormHeads(qkv, queryNorm, keyNorm, layer.Attention, rows, epsilon);
            backend.RopeStoreKvAttention(attended, qkv, cache.Layer(i), layer.Attention, batch);
            backend.Scale(attended, config.ResidualMultiplier, rows);
            backend.MatMulAdd(residual, attended, layer.AttentionOutput, rows);

            backend.RmsNormMatMulSwiGlu(hidden, residual, layer.FfnNorm, layer.GateUp, rows, epsilon);
            backend.Scale(hidden, config.ResidualMultiplier, rows);
            backend.MatMulAdd(residual, hidden, layer.Down, rows);
        }

        if (batch.OutputCount == 0) return;
        Tensor outputs = batch.OutputsAreRows ? residual : _activations.Outputs;
        if (outputs != residual) backend.Gather(outputs, residual, batch.OutputRows);
        backend.RmsNormMatMul(logits, outputs, weights.OutputNorm, weights.Output, batch.OutputCount, epsilon);
        backend.Scale(logits, 1 / config.LogitsDivisor, batch.OutputCount);
        if (batch.SampledCount > 0) backend.Sample(logits, batch);
    }
}
