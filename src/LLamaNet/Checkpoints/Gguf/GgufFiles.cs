using LLamaNet.Architectures;
using LLamaNet.Architectures.Rope;
using LLamaNet.Tensors;
using LLamaNet.Tokenization.Vocabulary;

namespace LLamaNet.Checkpoints.Gguf;

// A GGUF file or all parts of a split one, with or without a model.
internal sealed class GgufFiles : CheckpointFiles
{
    private const int MaxTemplateLength = 256 << 10;

    private readonly GgufShards _shards;
    private readonly Dictionary<string, GgufTensor> _tensors;

    private GgufFiles(GgufShards shards)
        : base(shards.Path, shards.Metadata.Warnings)
    {
        _shards = shards;
        _tensors = shards.Tensors.ToDictionary(tensor => tensor.Name, StringComparer.Ordinal);
        Tensors = [.. shards.Tensors.Select(tensor => tensor.Summarize())];
    }

    public override string Container => _shards.Container;

    public override string Name => _shards.Metadata.FindString(GgufKeys.Name) ?? base.Name;

    public override TensorNames Names => TensorNames.Gguf;

    public override IReadOnlyList<TensorSummary> Tensors { get; }

    public override IReadOnlyList<KeyValuePair<string, string>> Metadata => _shards.Metadata.InWords();

    // path: the file, or any part of a split model.
    public static GgufFiles Open(string path) => new(GgufShards.Open(path));

    // Owns the stream.
    public static GgufFiles Open(Stream stream, string name) => new(GgufShards.Open(CheckedFile.Over(stream, name)));

    public override Architecture ReadArchitecture() => GgufConfig.ReadArchitecture(_shards.Metadata);

    public override LlamaConfig ReadConfig() => GgufConfig.Read(Path, _shards.Metadata, _tensors);

    public override RopePairing PairingOf(Architecture architecture) => architecture.GgufPairing;

    public override MatrixSource? TryOpen(StoredTensor tensor)
    {
        if (_tensors.TryGetValue(tensor.Name, out GgufTensor? found)) return found.ToMatrix();
        bool isOptional = tensor.Parts[0].Kind == TensorKind.Bias && ReadArchitecture().Biases == BiasUse.Optional;
        return isOptional ? new ZeroVector(tensor.Name, tensor.Width) : null;
    }

    public override bool HasVocabulary => GgufVocabulary.IsIn(_shards.Metadata);

    public override TokenizerVocabulary ReadVocabulary() => GgufVocabulary.Read(_shards.Metadata);

    public override string? ReadChatTemplate()
    {
        string? template = _shards.Metadata.FindString(GgufKeys.ChatTemplate);
        return template?.Length > MaxTemplateLength
            ? throw _shards.Metadata.Error(GgufKeys.ChatTemplate, $"at most {MaxTemplateLength} characters", $"{template.Length}")
            : template;
    }

    public override void Dispose() => _shards.Dispose();
}
