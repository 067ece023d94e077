using LLamaNet.Backends;
using LLamaNet.Tensors;

namespace LLamaNet.Models;

// The LLaMA forward pass (Touvron et al., 2023): pre-norm transformer with RMSNorm, rotary embeddings, SwiGLU and causal
// attention, over a batch of tokens of any number of sequences. Not thread-safe: it belongs to the decoding loop.
internal sealed class Transformer(
    Backend backend, LlamaConfig config, LlamaWeights weights, KvCache cache, RopeTables ropes, int maxTokens, int maxOutputs)
    : IForwardPass, IDisposable
{
    private readonly AttentionShape _shape = new(config.Heads, config.KvHeads, config.HeadDim);
    private readonly Activations _a = new(backend, config, new(config.Heads, config.KvHeads, config.HeadDim), maxTokens, maxOutputs);
    private Action<Batch>? _compute;

    public LlamaConfig Config => config;

    public KvCache Cache => cache;

    public LlamaWeights Weights => weights;

    // Tokens in one batch, and rows of it with logits, at most.
    public int MaxTokens => maxTokens;

    public int MaxOutputs => maxOutputs;

    // The rotation for a sequence whose prompt has this many tokens.
    public RopeTable RopeFor(int promptLength) => ropes.For(promptLength);

    public bool CanSample => backend.CanSample;

    // logits: [batch.OutputCount, vocabulary]. The keys and values of every token of the batch are in the cache afterwards.
    public void Forward(Batch batch, Span<float> logits)
    {
        backend.Step(batch, _compute ??= Compute);
        if (batch.OutputCount > 0) backend.Read(_a.Logits, 0, logits[..(batch.OutputCount * config.VocabularySize)]);
    }

    public void Sample(Batch batch, Span<int> tokens)
    {
        backend.Step(batch, _compute ??= Compute);
        backend.ReadSampled(tokens[..batch.OutputCount]);
    }

    public void Dispose()
    {
        _a.Dispose();
        ropes.Dispose();
        cache.Dispose();
        weights.Dispose();
        backend.Dispose();
    }

    private void Compute(Batch batch)
    {
        int rows = batch.Count;
        float epsilon = config.RmsNormEpsilon;

        backend.Embed(_a.Residual, weights.Embedding, batch);
        for (int i = 0; i < config.Layers; i++)
        {
            LlamaWeights.Layer layer = weights.Layers[i];
            KvLayer kv = cache.Layer(i);

            backend.RmsNormMatMul(_a.Qkv, _a.Residual, layer.AttentionNorm, layer.Qkv, rows, epsilon, _a.Normed);
            backend.RopeStoreKvAttention(_a.Attended, kv, _a.Qkv, _shape, batch);
            backend.MatMulAdd(_a.Residual, _a.Attended, layer.AttentionOutput, rows, _a.Product);

            backend.RmsNormMatMulSwiGlu(_a.Hidden, _a.Residual, layer.FfnNorm, layer.GateUp, rows, epsilon, _a.Normed, _a.GateUp);
            backend.MatMulAdd(_a.Residual, _a.Hidden, layer.Down, rows, _a.Product);
        }

        if (batch.OutputCount == 0) return;
        Tensor outputs = batch.OutputCount == rows ? _a.Residual : _a.Outputs;
        if (outputs != _a.Residual) backend.Gather(outputs, _a.Residual, batch.OutputRows);
        backend.RmsNormMatMul(_a.Logits, outputs, weights.OutputNorm, weights.Output, batch.OutputCount, epsilon, _a.Normed);
        if (batch.IsSampled) backend.Sample(_a.Logits, batch);
    }
}
