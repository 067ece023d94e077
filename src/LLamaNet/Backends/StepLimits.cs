namespace LLamaNet.Backends;

// The most that one step of a model asks of its device. Tokens: rows of the batch. Outputs: rows with logits.
// Sequences: segments of the batch. Context: positions of a sequence. Width: the longest row of a product's input.
internal readonly record struct StepLimits(
    int Tokens, int Outputs, int Sequences, int Context, AttentionShape Shape, int Width, int Vocabulary);
