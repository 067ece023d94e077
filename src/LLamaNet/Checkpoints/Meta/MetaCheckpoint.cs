using LLamaNet.Tensors;
using LLamaNet.Tokenization;

namespace LLamaNet.Checkpoints.Meta;

// A folder as Meta ships its models: params.json, consolidated.NN.pth, tokenizer.model (LLaMA 1 and 2: in the folder above).
internal sealed class MetaCheckpoint : Checkpoint
{
    private const string TokenizerName = "tokenizer.model";

    private readonly MetaShards _shards;
    private readonly LlamaConfig _config;

    private MetaCheckpoint(string folder, MetaShards shards)
        : base(folder)
    {
        _shards = shards;
        _config = ReadConfig(folder, shards);
        Tensors = shards.Merge(_config.Width);
        TensorShape.CheckAll(folder, _config, Tensors, MetaNames.Map.FromGguf);
    }

    public override string Container => "Meta pth";

    public override RotaryPairing Pairing => RotaryPairing.AdjacentPairs;

    public override IReadOnlyDictionary<string, MatrixSource> Tensors { get; }

    public static MetaCheckpoint Open(string folder)
    {
        MetaShards shards = MetaShards.Open(folder);
        try
        {
            return new MetaCheckpoint(folder, shards);
        }
        catch
        {
            shards.Dispose();
            throw;
        }
    }

    // For any folder of consolidated.NN.pth files, whether it holds a LLaMA model or not.
    public static CheckpointSummary Inspect(string folder)
    {
        using MetaShards shards = MetaShards.Open(folder);
        LlamaConfig? config = null;
        string? problem = null;
        try
        {
            config = ReadConfig(folder, shards);
        }
        catch (ModelFormatException exception)
        {
            problem = exception.Message;
        }

        return Summarize(folder, shards, config, problem);
    }

    public override LlamaConfig ReadConfig() => _config;

    public override TokenizerVocabulary ReadVocabulary() => ReadVocabulary(Path);

    // The weights need not be there.
    public static TokenizerVocabulary ReadVocabulary(string folder)
    {
        string here = System.IO.Path.Combine(folder, TokenizerName);
        if (File.Exists(here)) return TokenizerFile.Read(CheckedFile.ReadAll(here, TokenizerFile.MaxBytes), here);
        string full = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(folder));
        string above = System.IO.Path.Combine(System.IO.Path.GetDirectoryName(full) ?? full, TokenizerName);
        return File.Exists(above)
            ? TokenizerFile.Read(CheckedFile.ReadAll(above, TokenizerFile.MaxBytes), above)
            : throw new ModelFormatException(folder, TokenizerName, "a file, here or in the folder above", "no such file");
    }

    public override CheckpointSummary Summarize() => Summarize(Path, _shards, _config, null);

    public override void Dispose() => _shards.Dispose();

    private static LlamaConfig ReadConfig(string folder, MetaShards shards)
    {
        string path = System.IO.Path.Combine(folder, MetaParameters.FileName);
        return File.Exists(path)
            ? MetaParameters.Read(path, shards.Vocabulary)
            : throw new ModelFormatException(folder, MetaParameters.FileName, "a file", "no such file");
    }

    // Tensors as each shard has them.
    private static CheckpointSummary Summarize(string folder, MetaShards shards, LlamaConfig? config, string? problem) => new(
        folder,
        "Meta pth",
        config,
        problem,
        VocabularyWords.Describe(() => ReadVocabulary(folder)),
        [.. shards.Files.SelectMany(file => file.Tensors).Select(tensor => tensor.Summarize())],
        Metadata: []);
}
