using System.Text.Encodings.Web;
using System.Text.Json;
using LLamaNet.StrictJson;
using LLamaNet.Tokenization.Vocabulary;

namespace LLamaNet.Tokenization.Files;

// An element of tokenizer.json that knows where it stands, so that errors name it.
internal readonly struct JsonPlace(JsonElement element, string path, string place)
{
    public static JsonPlace Parse(ReadOnlySpan<byte> json, string path)
    {
        using JsonDocument document = JsonText.Parse(path, json.ToArray());
        return new(document.RootElement.Clone(), path, "");
    }

    public IEnumerable<JsonPlace> Items
    {
        get
        {
            if (element.ValueKind != JsonValueKind.Array) throw Error("an array");
            int index = 0;
            foreach (JsonElement item in element.EnumerateArray()) yield return new(item, path, $"{place}[{index++}]");
        }
    }

    public bool IsObject => element.ValueKind == JsonValueKind.Object;

    public bool IsText => element.ValueKind == JsonValueKind.String;

    // The property, or null where it is missing or null.
    public JsonPlace? Find(string name)
    {
        if (!IsObject) throw Error("an object");
        return element.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null
            ? new(value, path, PlaceOf(name))
            : null;
    }

    public JsonPlace Get(string name) =>
        Find(name) ?? throw VocabularyChecks.Error(path, PlaceOf(name), "a value", "nothing");

    // Names and values that are ids; the names come from the file.
    public IEnumerable<(string Name, int Id)> Ids()
    {
        if (!IsObject) throw Error("an object");
        int index = 0;
        foreach (JsonProperty property in element.EnumerateObject())
        {
            yield return (property.Name, new JsonPlace(property.Value, path, $"{place} entry {index++}").Id());
        }
    }

    public string Text() => IsText ? element.GetString()! : throw Error("a string");

    public bool Flag() => element.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw Error("true or false"),
    };

    public int Id()
    {
        if (element.ValueKind != JsonValueKind.Number || !element.TryGetInt32(out int id)
            || id is < 0 or >= VocabularyChecks.MaxTokens)
            throw Error($"an id from 0 to {VocabularyChecks.MaxTokens - 1}");
        return id;
    }

    public ModelFormatException Error(string expected) => VocabularyChecks.Error(path, place, expected, element.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.String => $"a string: {VocabularyChecks.QuoteJson(element.GetRawText())}",
        _ => VocabularyChecks.QuoteJson(element.GetRawText()),
    });

    private string PlaceOf(string name) =>
        place.Length == 0 ? name : $"{place}.{JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(name)}";
}
