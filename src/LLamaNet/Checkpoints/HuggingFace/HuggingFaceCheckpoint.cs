using System.Text.Json;
using LLamaNet.Tensors;
using LLamaNet.Tokenization;

namespace LLamaNet.Checkpoints.HuggingFace;

// A folder as transformers' save_pretrained writes it: config.json, model*.safetensors, the tokenizer's files.
internal sealed class HuggingFaceCheckpoint : Checkpoint
{
    private readonly SafetensorsShards _shards;
    private readonly LlamaConfig _config;
    private readonly HuggingFaceGeneration _generation;

    private HuggingFaceCheckpoint(string folder, SafetensorsShards shards)
        : base(folder)
    {
        _shards = shards;
        _config = ReadConfig(folder);
        Tensors = ReadTensors(shards, _config);
        TensorShape.CheckAll(folder, _config, Tensors, HuggingFaceNames.Map.FromGguf);
        string generation = System.IO.Path.Combine(folder, HuggingFaceGeneration.FileName);
        _generation = File.Exists(generation) ? HuggingFaceGeneration.Read(generation) : HuggingFaceGeneration.None;
        using var tokenizer = new HuggingFaceTokenizer(folder);
        ChatTemplate = tokenizer.ReadChatTemplate();
    }

    public override string Container => "Hugging Face safetensors";

    public override RotaryPairing Pairing => RotaryPairing.SplitHalves;

    public override IReadOnlyDictionary<string, MatrixSource> Tensors { get; }

    public override GenerationDefaults GenerationDefaults => _generation.Defaults;

    public override string? ChatTemplate { get; }

    public static HuggingFaceCheckpoint Open(string folder)
    {
        SafetensorsShards shards = SafetensorsShards.Open(folder);
        try
        {
            return new HuggingFaceCheckpoint(folder, shards);
        }
        catch
        {
            shards.Dispose();
            throw;
        }
    }

    // For any folder of safetensors, whether it holds a LLaMA model or not.
    public static CheckpointSummary Inspect(string folder)
    {
        using SafetensorsShards shards = SafetensorsShards.Open(folder);
        LlamaConfig? config = null;
        string? problem = null;
        try
        {
            config = ReadConfig(folder);
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
        using var tokenizer = new HuggingFaceTokenizer(folder);
        TokenizerVocabulary vocabulary = tokenizer.ReadVocabulary();
        string generation = System.IO.Path.Combine(folder, HuggingFaceGeneration.FileName), config = ConfigPath(folder);
        IReadOnlyList<int> endIds = File.Exists(generation) ? HuggingFaceGeneration.Read(generation).EndIds : [];
        if (!File.Exists(config)) return vocabulary with { ExtraEndIds = Within(generation, endIds) };

        using JsonDocument document = JsonText.ReadFile(config, HuggingFaceConfig.MaxBytes);
        JsonSection json = JsonSection.Root(config, document);
        IReadOnlyList<int> modelEndIds = HuggingFaceGeneration.ReadEndIds(json);
        return vocabulary with
        {
            BosId = vocabulary.BosId ?? BosId(json, vocabulary.Pieces.Length),
            EosId = vocabulary.EosId ?? Within(config, modelEndIds).Select(id => (int?)id).FirstOrDefault(),
            ExtraEndIds = endIds.Count > 0 ? Within(generation, endIds) : Within(config, modelEndIds),
        };

        int[] Within(string path, IReadOnlyList<int> ids)
        {
            foreach (int id in ids)
            {
                if (id >= vocabulary.Pieces.Length)
                    throw new ModelFormatException(path, "eos_token_id", $"token ids below {vocabulary.Pieces.Length}", $"{id}");
            }

            return [.. vocabulary.ExtraEndIds.Union(ids)];
        }
    }

    public override CheckpointSummary Summarize() => Summarize(Path, _shards, _config, null);

    public override void Dispose() => _shards.Dispose();

    private static string ConfigPath(string folder) => System.IO.Path.Combine(folder, HuggingFaceConfig.FileName);

    private static int? BosId(JsonSection json, int vocabularySize)
    {
        const string Key = "bos_token_id";
        return json.OptionalInteger(Key) switch
        {
            null or < 0 => null,
            { } id when id < vocabularySize => (int)id,
            _ => throw json.Wrong(Key, $"a token id below {vocabularySize}"),
        };
    }

    private static LlamaConfig ReadConfig(string folder) => File.Exists(ConfigPath(folder))
        ? HuggingFaceConfig.Read(ConfigPath(folder))
        : throw new ModelFormatException(folder, HuggingFaceConfig.FileName, "a file", "no such file");

    private static Dictionary<string, MatrixSource> ReadTensors(SafetensorsShards shards, LlamaConfig config)
    {
        var matrices = new Dictionary<string, MatrixSource>(StringComparer.Ordinal);
        foreach ((SafetensorsFile file, SafetensorsTensor tensor) in shards.Tensors.Values)
        {
            if (HuggingFaceNames.Map.ToGguf(tensor.Name) is not { } name) continue;

            // Tied models are saved with and without the head; transformers then uses the embedding.
            if (name == TensorNames.Output && config.TiedEmbeddings) continue;
            MatrixSource matrix = file.TryGetMatrix(tensor, name) ?? throw new ModelFormatException(
                file.Path, tensor.Name, "a vector or matrix in F32, F16 or BF16", $"{tensor.Type.Name} {tensor.ShapeInWords}");
            matrices.Add(name, matrix);
        }

        return matrices;
    }

    private static CheckpointSummary Summarize(string folder, SafetensorsShards shards, LlamaConfig? config, string? problem) => new(
        folder,
        "Hugging Face safetensors",
        config,
        problem,
        VocabularyWords.Describe(() => ReadVocabulary(folder)),
        [.. shards.Files.SelectMany(file => file.Header.Tensors).Select(tensor => tensor.Summarize())],
        [.. shards.Files.SelectMany(file => file.Header.Metadata).Distinct()]);
}
