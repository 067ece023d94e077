using System.Text.Json;
using LLamaNet.StrictJson;
using LLamaNet.Tokenization.Vocabulary;

namespace LLamaNet.Checkpoints.HuggingFace;

// A folder's vocabulary: the tokenizer's files, and the ids that generation_config.json and config.json add.
internal static class HuggingFaceVocabulary
{
    public static bool IsIn(string folder) =>
        File.Exists(Path.Combine(folder, "tokenizer.json")) || File.Exists(Path.Combine(folder, "tokenizer.model"));

    // The weights need not be there.
    public static TokenizerVocabulary Read(string folder, LoadWarnings warnings)
    {
        using var tokenizer = new HuggingFaceTokenizer(folder, warnings);
        TokenizerVocabulary vocabulary = tokenizer.ReadVocabulary();
        string generation = Path.Combine(folder, HuggingFaceGeneration.FileName);
        string config = Path.Combine(folder, HuggingFaceConfig.FileName);
        IReadOnlyList<int> endIds = HuggingFaceGeneration.OfFolder(folder, warnings).EndIds;
        if (!File.Exists(config)) return vocabulary with { ExtraEndIds = Within(generation, endIds) };

        using JsonDocument document = JsonFile.Read(config, HuggingFaceConfig.MaxBytes);
        JsonSection json = JsonSection.Root(config, document);
        IReadOnlyList<int> modelEndIds = HuggingFaceGeneration.ReadEndIds(json);
        return vocabulary with
        {
            BosId = vocabulary.BosId ?? BosId(json, vocabulary.Pieces.Length, warnings),
            EosId = vocabulary.EosId ?? Within(config, modelEndIds).Select(id => (int?)id).FirstOrDefault(),
            ExtraEndIds = endIds.Count > 0 ? Within(generation, endIds) : Within(config, modelEndIds),
        };

        int[] Within(string path, IReadOnlyList<int> ids)
        {
            foreach (int id in ids.Where(id => id >= vocabulary.Pieces.Length))
                warnings.Add(path, $"eos_token_id: {id} is no id of the {vocabulary.Pieces.Length} tokens; it is left out");
            return [.. vocabulary.ExtraEndIds.Union(ids.Where(id => id < vocabulary.Pieces.Length))];
        }
    }

    private static int? BosId(JsonSection json, int vocabularySize, LoadWarnings warnings)
    {
        const string Key = "bos_token_id";
        long? id = json.OptionalInteger(Key);
        if (id >= vocabularySize) warnings.Add(json.Path, $"{Key}: {id} is no id of the {vocabularySize} tokens; none is taken");
        return id >= 0 && id < vocabularySize ? (int)id : null;
    }
}
