namespace LLamaNet.Architectures.Rope;

// The two elements of a head that are rotated together. d: rotated elements of the head.
internal enum RopePairing
{
    // (0, 1), (2, 3), …: Meta's files and LLaMA's GGUF files.
    AdjacentPairs,

    // (0, d/2), (1, d/2 + 1), …: Hugging Face and the GGUF files of other architectures.
    SplitHalves,
}
