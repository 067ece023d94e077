namespace LLamaNet.Checkpoints;

// Which two elements of a head a rotation turns.
internal enum RotaryPairing
{
    // (0, 1), (2, 3), …: Meta's files and GGUF.
    AdjacentPairs,

    // (0, d/2), (1, d/2 + 1), …: Hugging Face, and the forward pass.
    SplitHalves,
}
