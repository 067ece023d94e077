using LLamaNet.Backends;

namespace LLamaNet.Models;

// What the decoding loop needs of a model. Implemented by Transformer and, in the tests, by a model whose logits are a
// hash of the context it finds in the cache. Not thread-safe: it belongs to the decoding loop.
internal interface IForwardPass
{
    LlamaConfig Config { get; }

    KvCache Cache { get; }

    // Of a batch: tokens, and rows with logits.
    int MaxRows { get; }

    int MaxOutputs { get; }

    // The rotation for a sequence whose prompt has this many tokens.
    RopeTable RopeFor(int promptLength);

    // Whether tokens can be drawn where the model runs.
    bool CanSample { get; }

    // The keys and values of every token of the batch are in the cache afterwards.
    // logits: [batch.ReadCount, vocabulary] and more. drawn: [batch.SampledCount] and more, -1 where the logits allow no token.
    void Forward(Batch batch, Span<float> logits, Span<int> drawn);
}
