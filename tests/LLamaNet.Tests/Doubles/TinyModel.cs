using LLamaNet.Architectures;
using LLamaNet.Checkpoints;
using LLamaNet.Checkpoints.Gguf;
using LLamaNet.Tensors;
using LLamaNet.Tokenization.Files;
using LLamaNet.Tokenization.Merging;
using LLamaNet.Tokenization.Vocabulary;

namespace LLamaNet.Tests.Doubles;

// A whole LLaMA model of a few hundred weights with a SentencePiece vocabulary, in a GGUF file that tests change before
// it is written.
internal sealed class TinyModel
{
    public static TokenizerVocabulary Vocabulary { get; } = new()
    {
        Kind = TokenizerModelKind.SentencePieceBpe,
        Pieces = ["<unk>", "<s>", "</s>", "▁", "a", "▁a"],
        Scores = [0, 0, 0, -3, -2, -1],
        Types = [TokenType.Unknown, TokenType.Control, TokenType.Control, TokenType.Normal, TokenType.Normal, TokenType.Normal],
        BosId = 1,
        EosId = 2,
        UnknownId = 0,
        AddBos = true,
        SpacePrefix = SpacePrefix.EveryStretch,
    };

    public OrderedDictionary<string, object> Metadata { get; } = [];

    public List<MatrixSource> Tensors { get; } = [];

    public static TinyModel Create(LlamaConfig? config = null)
    {
        var model = new TinyModel { Metadata = { ["general.architecture"] = "llama", ["general.name"] = "tiny" } };
        foreach ((string key, object value) in GgufConfig.Write("tiny", config ?? TestConfigs.Tiny, Architecture.Llama))
            model.Metadata[key] = value;
        foreach ((string key, object value) in GgufVocabulary.Write(Vocabulary, "tiny", new())) model.Metadata[key] = value;
        foreach (StoredTensor tensor in TensorNames.Gguf.Stored(config ?? TestConfigs.Tiny, Architecture.Llama))
            model.Tensors.Add(ArrayMatrix.Random(tensor.Name, tensor.Rows, tensor.Width));
        return model;
    }

    public TinyModel With(string key, object value)
    {
        Metadata[key] = value;
        return this;
    }

    public TinyModel Without(string key)
    {
        Metadata.Remove(key);
        return this;
    }

    // Replaces the tensor of that name, or adds it.
    public TinyModel With(MatrixSource tensor)
    {
        Tensors.RemoveAll(other => other.Name == tensor.Name);
        Tensors.Add(tensor);
        return this;
    }

    public TinyModel WithoutTensor(string name)
    {
        Tensors.RemoveAll(tensor => tensor.Name == name);
        return this;
    }

    public void Write(string path) => GgufWriter.Write(path, [.. Metadata], Tensors, cancellationToken: CancellationToken.None);

    public byte[] ToBytes()
    {
        using var folder = new TemporaryFolder();
        Write(folder["tiny.gguf"]);
        return File.ReadAllBytes(folder["tiny.gguf"]);
    }

    public Checkpoint Open() => OpenCheckpoint.Gguf(new MemoryStream(ToBytes()), "tiny.gguf");
}
