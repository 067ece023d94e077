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

    // logits: [batch.OutputCount, vocabulary] and more. The keys and values of every token of the batch are in the cache afterwards.
    void Forward(Batch batch, Span<float> logits);

    // Whether tokens can be drawn where the model runs.
    bool CanSample { get; }

    // As Forward, for a batch that IsSampled. tokens: one for each row with logits, -1 where these allow none.
    void Sample(Batch batch, Span<int> tokens);
}
