namespace LLamaNet.Architectures;

// The purpose of a tensor in the forward pass.
internal enum TensorRole
{
    Embedding,
    AttentionNorm,
    Query,
    Key,
    Value,
    QueryNorm,
    KeyNorm,
    AttentionOutput,
    FfnNorm,
    Gate,
    Up,
    Down,
    OutputNorm,
    Output,
}
