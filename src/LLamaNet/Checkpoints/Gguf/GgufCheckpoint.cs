using LLamaNet.Tensors;
using LLamaNet.Tokenization;

namespace LLamaNet.Checkpoints.Gguf;

// A LLaMA model in a GGUF file or in all parts of a split one.
internal sealed class GgufCheckpoint : Checkpoint
{
    private const int MaxTemplateLength = 256 << 10;

    private readonly GgufShards _shards;
    private readonly LlamaConfig _config;

    private GgufCheckpoint(GgufShards shards)
        : base(shards.Path)
    {
        _shards = shards;
        Dictionary<string, GgufTensor> tensors = shards.Tensors.ToDictionary(tensor => tensor.Name);
        _config = GgufConfig.Read(Path, shards.Metadata, tensors);
        Tensors = TensorShape.Of(_config)
            .Where(shape => tensors.ContainsKey(shape.Name))
            .ToDictionary(shape => shape.Name, shape => tensors[shape.Name].ToMatrix());
        TensorShape.CheckAll(Path, _config, Tensors);
        ChatTemplate = shards.Metadata.FindString(GgufKeys.ChatTemplate);
        if (ChatTemplate?.Length > MaxTemplateLength)
        {
            string expected = $"at most {MaxTemplateLength} characters";
            throw shards.Metadata.Error(GgufKeys.ChatTemplate, expected, $"{ChatTemplate.Length}");
        }
    }

    public override string Container => _shards.Container;

    public override string Name => _shards.Metadata.FindString(GgufKeys.Name) ?? base.Name;

    public override RotaryPairing Pairing => RotaryPairing.AdjacentPairs;

    public override IReadOnlyDictionary<string, MatrixSource> Tensors { get; }

    public override string? ChatTemplate { get; }

    // path: the file, or any part of a split model.
    public static GgufCheckpoint Open(string path) => Open(GgufShards.Open(path));

    // Owns the stream.
    public static GgufCheckpoint Open(Stream stream, string name) => Open(GgufShards.Open(CheckedFile.Over(stream, name)));

    // A file that holds a vocabulary alone will do.
    public static TokenizerVocabulary ReadVocabulary(string path)
    {
        using GgufShards shards = GgufShards.Open(path);
        return GgufVocabulary.Read(shards.Metadata);
    }

    // For any GGUF file, whether it holds a LLaMA model or not.
    public static CheckpointSummary Inspect(string path)
    {
        using GgufShards shards = GgufShards.Open(path);
        LlamaConfig? config = null;
        string? problem = null;
        try
        {
            config = GgufConfig.Read(path, shards.Metadata, shards.Tensors.ToDictionary(tensor => tensor.Name));
        }
        catch (ModelFormatException exception)
        {
            problem = exception.Message;
        }

        return Summarize(path, shards, config, problem);
    }

    public override LlamaConfig ReadConfig() => _config;

    public override TokenizerVocabulary ReadVocabulary() => GgufVocabulary.Read(_shards.Metadata);

    public override CheckpointSummary Summarize() => Summarize(Path, _shards, _config, null);

    public override void Dispose() => _shards.Dispose();

    private static GgufCheckpoint Open(GgufShards shards)
    {
        try
        {
            return new GgufCheckpoint(shards);
        }
        catch
        {
            shards.Dispose();
            throw;
        }
    }

    private static CheckpointSummary Summarize(string path, GgufShards shards, LlamaConfig? config, string? problem) => new(
        path,
        shards.Container,
        config,
        problem,
        GgufVocabulary.Describe(shards.Metadata),
        [.. shards.Tensors.Select(tensor => tensor.Summarize())],
        shards.Metadata.InWords());
}
