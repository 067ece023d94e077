namespace LLamaNet;

/// <summary>What a checkpoint holds, read without its weights.</summary>
/// <param name="Path">The file or folder.</param>
/// <param name="Container">The container and its version: "GGUF v3", "Hugging Face safetensors", "Meta pth".</param>
/// <param name="Config">The hyper-parameters; null when the file holds no LLaMA model.</param>
/// <param name="ConfigProblem">Why there is no configuration; null when there is one.</param>
/// <param name="Tokenizer">The tokenizer in words; null when there is none.</param>
/// <param name="Tensors">Every tensor, in file order.</param>
/// <param name="Metadata">Keys and values in words, long arrays shortened.</param>
/// <param name="Warnings">
/// What the files leave out or say wrongly, a line each, and what is taken instead; see <see cref="LlamaModel.Warnings"/>.
/// </param>
public sealed record CheckpointSummary(
    string Path,
    string Container,
    LlamaConfig? Config,
    string? ConfigProblem,
    string? Tokenizer,
    IReadOnlyList<TensorSummary> Tensors,
    IReadOnlyList<KeyValuePair<string, string>> Metadata,
    IReadOnlyList<string> Warnings);
