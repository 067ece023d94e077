using LLamaNet.Backends;
using LLamaNet.Tensors;

namespace LLamaNet.Models;

// Every intermediate result of the forward pass, allocated once for `tokens` tokens a step, `outputs` of them with logits.
internal sealed class Activations(Backend backend, LlamaConfig config, AttentionShape shape, int tokens, int outputs) : IDisposable
{
    public Tensor Residual { get; } = backend.Allocate(DType.F32, tokens, config.Width); // [tokens, width]
    public Tensor Normed { get; } = backend.Allocate(DType.F32, tokens, config.Width); // [tokens, width]
    public Tensor Qkv { get; } = backend.Allocate(DType.F32, tokens, shape.QkvWidth); // [tokens, q | k | v]
    public Tensor Attended { get; } = backend.Allocate(DType.F32, tokens, shape.QueryWidth); // [tokens, heads * headDim]
    public Tensor GateUp { get; } = backend.Allocate(DType.F32, tokens, 2 * config.FfnWidth); // [tokens, gate | up]
    public Tensor Hidden { get; } = backend.Allocate(DType.F32, tokens, config.FfnWidth); // [tokens, ffnWidth]
    public Tensor Product { get; } = backend.Allocate(DType.F32, tokens, config.Width); // [tokens, width]
    public Tensor Outputs { get; } = backend.Allocate(DType.F32, outputs, config.Width); // [outputs, width]
    public Tensor Logits { get; } = backend.Allocate(DType.F32, outputs, config.VocabularySize); // [outputs, vocabulary]

    public static long Bytes(LlamaConfig config, AttentionShape shape, int tokens, int outputs) => sizeof(float) *
        ((long)tokens * (3L * config.Width + shape.QkvWidth + shape.QueryWidth + 3L * config.FfnWidth)
        + (long)outputs * (config.Width + (long)config.VocabularySize));

    public void Dispose()
    {
        foreach (Tensor tensor in (Tensor[])[Residual, Normed, Qkv, Attended, GateUp, Hidden, Product, Outputs, Logits])
            tensor.Dispose();
    }
}
