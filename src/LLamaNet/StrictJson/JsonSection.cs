using System.Text.Json;

namespace LLamaNet.StrictJson;

// One object of a JSON file, read key by key; messages name the file and the key. A null counts as absent.
internal sealed class JsonSection
{
    private readonly string _prefix;

    private JsonSection(string path, string prefix, JsonElement element)
    {
        Path = path;
        _prefix = prefix;
        Element = element;
    }

    public string Path { get; }

    public JsonElement Element { get; }

    public static JsonSection Root(string path, JsonDocument document) => document.RootElement.ValueKind == JsonValueKind.Object
        ? new JsonSection(path, "", document.RootElement)
        : throw new ModelFormatException(path, "JSON", "an object", Words(document.RootElement));

    // A value for messages: text and numbers as written, cut when long.
    public static string Words(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => $"an array of {value.GetArrayLength()}",
        _ => JsonText.OneLine(value.GetRawText()),
    };

    public JsonElement? Find(string key) =>
        Element.TryGetProperty(key, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;

    public bool IsEmpty => Element.GetPropertyCount() == 0;

    public bool Has(string key) => Find(key) is not null;

    public long Integer(string key) => OptionalInteger(key) ?? throw Missing(key, "a whole number");

    public long? OptionalInteger(string key) => Find(key) is not { } value ? null
        : value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out long number) ? number
        : throw Wrong(key, "a whole number");

    public float Number(string key) => OptionalNumber(key) ?? throw Missing(key, "a number");

    public float? OptionalNumber(string key) => Find(key) is not { } value ? null
        : value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double number) ? (float)number
        : throw Wrong(key, "a number");

    public bool? OptionalFlag(string key) => Find(key) is not { } value ? null
        : value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean()
        : throw Wrong(key, "true or false");

    public string? OptionalText(string key) => Find(key) is not { } value ? null
        : value.ValueKind == JsonValueKind.String ? value.GetString()
        : throw Wrong(key, "text");

    public float? OptionalPositive(string key) => Find(key) is null ? null : Positive(key);

    public float Positive(string key) => Number(key) is var value && value > 0 && float.IsFinite(value)
        ? value
        : throw Wrong(key, "a finite number above 0");

    // Null when absent. Each element of the array is converted by read, which gives null for one that it refuses.
    public T[]? OptionalList<T>(string key, int count, string elements, Func<JsonElement, T?> read)
        where T : struct
    {
        if (Find(key) is not { } value) return null;
        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() != count) throw Wrong(key, $"{count} {elements}");
        return [.. value.EnumerateArray().Select(element => read(element) ?? throw Wrong(key, $"{count} {elements}"))];
    }

    public JsonSection? OptionalSection(string key) => Find(key) is not { } value ? null
        : value.ValueKind == JsonValueKind.Object ? new JsonSection(Path, Place(key) + ".", value)
        : throw Wrong(key, "an object");

    public string Place(string key) => _prefix + key;

    public ModelFormatException Wrong(string key, string expected) =>
        new(Path, Place(key), expected, Find(key) is { } value ? Words(value) : "nothing");

    private ModelFormatException Missing(string key, string expected) => new(Path, Place(key), expected, "no such key");
}
