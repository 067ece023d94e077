using System.Text.Json;

namespace LLamaNet.Checkpoints.HuggingFace;

// generation_config.json: what the model's authors recommend, and the ids that end an answer.
internal sealed record HuggingFaceGeneration(GenerationDefaults Defaults, IReadOnlyList<int> EndIds)
{
    public const string FileName = "generation_config.json";

    private const long MaxBytes = 1 << 20;
    private const int MaxEndIds = 1024;

    // Nothing where there is no such file.
    public static HuggingFaceGeneration OfFolder(string folder)
    {
        string path = Path.Combine(folder, FileName);
        if (!File.Exists(path)) return new HuggingFaceGeneration(GenerationDefaults.None, []);
        using JsonDocument document = JsonText.ReadFile(path, MaxBytes);
        JsonSection json = JsonSection.Root(path, document);
        float? temperature = AtLeast(json, "temperature", 0, exclusive: false);
        if (json.OptionalFlag("do_sample") == false) temperature = 0;
        int? topK = json.OptionalInteger("top_k") is { } k
            ? k is >= 0 and <= int.MaxValue ? (int)k : throw json.Wrong("top_k", "0 or more")
            : null;
        float? topP = AtLeast(json, "top_p", 0, exclusive: true);
        if (topP > 1) throw json.Wrong("top_p", "a number above 0 and at most 1");
        return new HuggingFaceGeneration(
            new GenerationDefaults(temperature, topK, topP, AtLeast(json, "repetition_penalty", 0, exclusive: true)),
            ReadEndIds(json));
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

    private static float? AtLeast(JsonSection json, string key, float least, bool exclusive)
    {
        if (json.OptionalNumber(key) is not { } value) return null;
        return float.IsFinite(value) && (value > least || (!exclusive && value == least))
            ? value
            : throw json.Wrong(key, exclusive ? $"a finite number above {least}" : $"a finite number of at least {least}");
    }
}
