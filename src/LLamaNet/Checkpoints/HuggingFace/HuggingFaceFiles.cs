using LLamaNet.Architectures;
using LLamaNet.Architectures.Rope;
using LLamaNet.Tensors;
using LLamaNet.Tokenization.Vocabulary;

namespace LLamaNet.Checkpoints.HuggingFace;

// config.json, safetensors files and the tokenizer's files of a folder; or one safetensors file, which says nothing of the
// model that its tensors belong to.
internal sealed class HuggingFaceFiles : CheckpointFiles
{
    private readonly SafetensorsShards _shards;

    private HuggingFaceFiles(string path, SafetensorsShards shards, LoadWarnings warnings)
        : base(path, warnings)
    {
        _shards = shards;
        Tensors = [.. shards.Files.SelectMany(file => file.Header.Tensors).Select(tensor => tensor.Summarize())];
    }

    public override string Container => IsFolder ? "Hugging Face safetensors" : "safetensors";

    public override TensorNames Names => TensorNames.HuggingFace;

    public override IReadOnlyList<TensorSummary> Tensors { get; }

    public override IReadOnlyList<KeyValuePair<string, string>> Metadata =>
        [.. _shards.Files.SelectMany(file => file.Header.Metadata).Distinct()];

    private bool IsFolder => Directory.Exists(Path);

    // path: a folder or one file.
    public static HuggingFaceFiles Open(string path)
    {
        var warnings = new LoadWarnings();
        SafetensorsShards shards =
            Directory.Exists(path) ? SafetensorsShards.Open(path, warnings) : SafetensorsShards.OpenFile(path);
        return new(path, shards, warnings);
    }

    public override RopePairing PairingOf(Architecture architecture) => RopePairing.SplitHalves;

    public override Architecture ReadArchitecture() => HuggingFaceConfig.ReadArchitecture(ConfigPath());

    public override LlamaConfig ReadConfig() => HuggingFaceConfig.Read(ConfigPath(), Warnings);

    public override MatrixSource? TryOpen(StoredTensor tensor)
    {
        if (!_shards.Tensors.TryGetValue(tensor.Name, out (SafetensorsFile File, SafetensorsTensor Tensor) found)) return null;
        return found.File.TryGetMatrix(found.Tensor) ?? throw new ModelFormatException(
            found.File.Path, tensor.Name, "a vector or matrix in F32, F16 or BF16",
            $"{found.Tensor.Type.Name} {found.Tensor.ShapeInWords}");
    }

    // A single file has no tokenizer.
    public override bool HasVocabulary => IsFolder && HuggingFaceVocabulary.IsIn(Path);

    public override TokenizerVocabulary ReadVocabulary() => HuggingFaceVocabulary.Read(Path, Warnings);

    public override GenerationDefaults ReadGenerationDefaults() => HuggingFaceGeneration.OfFolder(Path, Warnings).Defaults;

    public override string? ReadChatTemplate()
    {
        using var tokenizer = new HuggingFaceTokenizer(Path, Warnings);
        return tokenizer.ReadChatTemplate();
    }

    public override void Dispose() => _shards.Dispose();

    private string ConfigPath()
    {
        if (!IsFolder)
            throw new ModelFormatException(Path, "folder", $"{HuggingFaceConfig.FileName} beside the tensors", "no such file");
        string config = System.IO.Path.Combine(Path, HuggingFaceConfig.FileName);
        return File.Exists(config)
            ? config
            : throw new ModelFormatException(Path, HuggingFaceConfig.FileName, "a file", "no such file");
    }
}
