using LLamaNet.Tensors;
using LLamaNet.Tokenization;

namespace LLamaNet.Checkpoints;

// An opened checkpoint in any container: configuration, tokenizer, named tensors, rotary pairing. Weights stay on disk
// until their rows are read. Everything that can be checked without reading weights was checked when it was opened.
internal abstract class Checkpoint(string path) : IDisposable
{
    public string Path { get; } = path;

    // "GGUF v3", "Hugging Face safetensors", "Meta pth".
    public abstract string Container { get; }

    // What the model is called, or else its file or folder.
    public virtual string Name => System.IO.Path.GetFileNameWithoutExtension(System.IO.Path.TrimEndingDirectorySeparator(Path));

    public abstract RotaryPairing Pairing { get; }

    // By GGUF name, whatever the container: token_embd.weight, blk.0.attn_q.weight, … Vectors are one row.
    public abstract IReadOnlyDictionary<string, MatrixSource> Tensors { get; }

    public virtual GenerationDefaults GenerationDefaults => GenerationDefaults.None;

    // The Jinja template that came with the checkpoint.
    public virtual string? ChatTemplate => null;

    // Throws ModelFormatException when the hyper-parameters are missing or make no sense.
    public abstract LlamaConfig ReadConfig();

    // What the tokenizer's files say. Throws ModelFormatException when there is no tokenizer or it is broken.
    public abstract TokenizerVocabulary ReadVocabulary();

    public ModelTokenizer ReadTokenizer() => TokenizerFactory.Create(ReadVocabulary(), Path);

    public abstract CheckpointSummary Summarize();

    public abstract void Dispose();
}
