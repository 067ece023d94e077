using System.Text.Json;
using LLamaNet.StrictJson;

namespace LLamaNet.Checkpoints.HuggingFace;

// generation_config.json: what the model's authors recommend, and the ids that end an answer.
internal sealed record HuggingFaceGeneration(GenerationDefaults Defaults, IReadOnlyList<int> EndIds)
{
    public const string FileName = "generation_config.json";

    private const long MaxBytes = 1 << 20;
    private const int MaxEndIds = 1024;

    // Nothing where there is no such file.
    public static HuggingFaceGeneration OfFolder(string folder, LoadWarnings warnings)
    {
        string path = Path.Combine(folder, FileName);
        if (!File.Exists(path)) return new HuggingFaceGeneration(GenerationDefaults.None, []);
        using JsonDocument document = JsonFile.Read(path, MaxBytes);
        JsonSection json = JsonSection.Root(path, document);
        return new HuggingFaceGeneration(ReadDefaults(json, warnings), ReadEndIds(json));
    }

    // eos_token_id: one id, a list of them, or null. Ids below 0 stand for none.
    public static IReadOnlyList<int> ReadEndIds(JsonSection json)
    {
        const string Key = "eos_token_id";
        if (json.Find(Key) is not { } value) return [];
        bool isList = value.ValueKind == JsonValueKind.Array && value.GetArrayLength() <= MaxEndIds;
        JsonElement[] ids = isList ? [.. value.EnumerateArray()] : [value];
        var endIds = new List<int>(ids.Length);
        foreach (JsonElement element in ids)
        {
            if (element.ValueKind != JsonValueKind.Number || !element.TryGetInt32(out int id) || id > ConfigLimits.MaxSize)
                throw json.Wrong(Key, "a token id or a list of them");
            if (id >= 0) endIds.Add(id);
        }

        return endIds;
    }

    // Advice with a value that makes no sense is no reason to refuse a model.
    private static GenerationDefaults ReadDefaults(JsonSection json, LoadWarnings warnings)
    {
        float? temperature = Find("temperature", "a finite number of at least 0, so it is left out", value => value >= 0);
        bool isGreedy = json.Find("do_sample") is { ValueKind: JsonValueKind.False };
        return new GenerationDefaults(
            isGreedy ? 0 : temperature,
            (int?)Find("top_k", "0 to 2^24, so all tokens count", value => value is >= 0 and <= ConfigLimits.MaxSize),
            TopP(),
            Find("repetition_penalty", "a finite number above 0, so it is left out", value => value > 0));

        // 0 keeps the best token alone, as in transformers and llama.cpp.
        float? TopP() => Find("top_p", "a number from 0 to 1, so all tokens count", value => value is >= 0 and <= 1) switch
        {
            0f => float.Epsilon,
            var value => value,
        };

        float? Find(string key, string expected, Func<float, bool> isGood)
        {
            if (json.Find(key) is not { } element) return null;
            bool isNumber = element.ValueKind == JsonValueKind.Number;
            if (isNumber && element.GetDouble() is var value && float.IsFinite((float)value) && isGood((float)value))
                return (float)value;
            warnings.Add(json.Path, $"{key}: {JsonSection.Words(element)} is not {expected}");
            return null;
        }
    }
}
