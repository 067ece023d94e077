using LLamaNet.Backends;
using LLamaNet.Tensors;

namespace LLamaNet.Models;

// All weights of a model in a device's memory. Shapes are [outputs, inputs].
internal sealed record LlamaWeights(
    Weight Embedding, // [vocabulary, width]
    IReadOnlyList<LlamaWeights.Layer> Layers,
    Tensor OutputNorm, // [1, width]
    Weight Output) // [vocabulary, width]; the embedding itself when tied
    : IDisposable
{
    // Bytes read by one decoded token: every matrix once, and one row of the embedding unless it is the output too.
    public long BytesPerToken => Layers.Sum(layer => layer.Bytes) + Output.Bytes;

    // Of one decoded token, every weight of every matrix once; the embedding is looked up.
    public long MultiplyAddsPerToken => Layers.Sum(layer => layer.MultiplyAdds) + Output.Count;

    public void Dispose()
    {
        Embedding.Dispose();
        foreach (Layer layer in Layers) layer.Dispose();
        OutputNorm.Dispose();
        if (!ReferenceEquals(Embedding, Output)) Output.Dispose();
    }

    internal sealed record Layer(
        Tensor AttentionNorm, // [1, width]
        Weight Qkv, // [(heads + 2 kvHeads) * headDim, width]: q, k and v packed
        Tensor? QueryNorm, // [1, headDim]; null, as KeyNorm, where q and k are not normed
        Tensor? KeyNorm, // [1, headDim]
        AttentionShape Attention,
        Weight AttentionOutput, // [width, heads * headDim]
        Tensor FfnNorm, // [1, width]
        Weight GateUp, // [2 * ffnWidth, width]: gate and up packed
        Weight Down) // [width, ffnWidth]
        : IDisposable
    {
        public long Bytes => Matrices.Sum(matrix => matrix.Bytes);

        public long MultiplyAdds => Matrices.Sum(matrix => matrix.Count);

        private Weight[] Matrices => [Qkv, AttentionOutput, GateUp, Down];

        public void Dispose()
        {
            AttentionNorm.Dispose();
            QueryNorm?.Dispose();
            KeyNorm?.Dispose();
            FfnNorm.Dispose();
            foreach (Weight matrix in Matrices) matrix.Dispose();
        }
    }
}
