namespace LLamaNet.Architectures;

// The weights that the forward pass names. The matrices of one are packed below each other, in the order of ModelTensors.
internal enum PackedWeight
{
    Embedding,
    Qkv,
    AttentionOutput,
    GateUp,
    Down,
    Output,
}
