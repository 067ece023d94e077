using System.Diagnostics;
using LLamaNet.Architectures;
using LLamaNet.Architectures.Rope;
using LLamaNet.Tensors;
using LLamaNet.Tokenization.Vocabulary;

namespace LLamaNet.Checkpoints;

// The opened files of a checkpoint in some container, whether they hold a model or not. Weights stay on disk until their
// rows are read. All Read methods throw ModelFormatException for files that are broken or not supported.
[DebuggerDisplay("{Container,nq}: {Path,nq}")]
internal abstract class CheckpointFiles(string path, LoadWarnings warnings) : IDisposable
{
    public string Path { get; } = path;

    // "GGUF v3", "Hugging Face safetensors", "Meta pth".
    public abstract string Container { get; }

    // The model's own name, or else that of its file or folder.
    public virtual string Name => System.IO.Path.GetFileNameWithoutExtension(System.IO.Path.TrimEndingDirectorySeparator(Path));

    // What was put right when the files were opened and read.
    public LoadWarnings Warnings { get; } = warnings;

    public abstract TensorNames Names { get; }

    // Every tensor, in file order.
    public abstract IReadOnlyList<TensorSummary> Tensors { get; }

    // Keys and values in words.
    public virtual IReadOnlyList<KeyValuePair<string, string>> Metadata => [];

    public abstract Architecture ReadArchitecture();

    public abstract LlamaConfig ReadConfig();

    public abstract RopePairing PairingOf(Architecture architecture);

    // Null when there is no such tensor. A vector is one row.
    public abstract MatrixSource? TryOpen(StoredTensor tensor);

    // Whether there is a tokenizer, readable or not.
    public abstract bool HasVocabulary { get; }

    public abstract TokenizerVocabulary ReadVocabulary();

    public virtual GenerationDefaults ReadGenerationDefaults() => GenerationDefaults.None;

    // The Jinja template that came with the checkpoint.
    public virtual string? ReadChatTemplate() => null;

    // In words; null when there is none.
    public string? DescribeTokenizer() => HasVocabulary ? VocabularyWords.Describe(ReadVocabulary) : null;

    public abstract void Dispose();
}
