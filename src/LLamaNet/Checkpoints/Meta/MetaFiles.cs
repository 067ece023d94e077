using LLamaNet.Architectures;
using LLamaNet.Architectures.Rope;
using LLamaNet.Tensors;
using LLamaNet.Tokenization.Files;
using LLamaNet.Tokenization.Vocabulary;

namespace LLamaNet.Checkpoints.Meta;

// params.json, consolidated.NN.pth and tokenizer.model of a folder; or one .pth file, which says nothing of the model that
// its tensors belong to.
internal sealed class MetaFiles : CheckpointFiles
{
    private const string TokenizerName = "tokenizer.model";

    private readonly MetaShards _shards;

    private MetaFiles(string path, MetaShards shards)
        : base(path, new LoadWarnings())
    {
        _shards = shards;
        Tensors = [.. shards.Files.SelectMany(file => file.Tensors).Select(tensor => tensor.Summarize())];
    }

    public override string Container => IsFolder ? "Meta pth" : "PyTorch pth";

    public override TensorNames Names => TensorNames.Meta;

    // As each shard has them.
    public override IReadOnlyList<TensorSummary> Tensors { get; }

    private bool IsFolder => Directory.Exists(Path);

    // path: a folder or one file.
    public static MetaFiles Open(string path) =>
        new(path, Directory.Exists(path) ? MetaShards.Open(path) : MetaShards.OpenFile(path));

    public override RopePairing PairingOf(Architecture architecture) => RopePairing.AdjacentPairs;

    public override Architecture ReadArchitecture() => Architecture.Llama;

    public override LlamaConfig ReadConfig()
    {
        if (!IsFolder)
            throw new ModelFormatException(Path, "folder", $"{MetaParameters.FileName} beside the tensors", "no such file");
        string parameters = System.IO.Path.Combine(Path, MetaParameters.FileName);
        return File.Exists(parameters)
            ? MetaParameters.Read(parameters, _shards.Vocabulary, Warnings)
            : throw new ModelFormatException(Path, MetaParameters.FileName, "a file", "no such file");
    }

    public override MatrixSource? TryOpen(StoredTensor tensor) => _shards.TryOpen(tensor);

    // A single file has no tokenizer.
    public override bool HasVocabulary => IsFolder && FindTokenizer(Path) is not null;

    public override TokenizerVocabulary ReadVocabulary() => ReadVocabulary(Path);

    // The weights need not be there.
    public static TokenizerVocabulary ReadVocabulary(string folder) => FindTokenizer(folder) is { } file
        ? TokenizerFile.Read(CheckedFile.ReadAll(file, TokenizerFile.MaxBytes), file)
        : throw new ModelFormatException(folder, TokenizerName, "a file, here or in the folder above", "no such file");

    public override void Dispose() => _shards.Dispose();

    // LLaMA 1 and 2 have the tokenizer in the folder above: above a link to a folder, or above the folder itself.
    private static string? FindTokenizer(string folder)
    {
        string full = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(folder));
        string[] places = [folder, Above(full), Above(RealPath.Of(full))];
        return places.Select(place => System.IO.Path.Combine(place, TokenizerName)).FirstOrDefault(File.Exists);

        static string Above(string folder) => System.IO.Path.GetDirectoryName(folder) ?? folder;
    }
}
