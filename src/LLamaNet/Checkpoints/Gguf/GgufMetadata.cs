using System.Globalization;

namespace LLamaNet.Checkpoints.Gguf;

// Keys and values of a GGUF file. A value is a number of the stored type, a bool, a string, or an array of one of these.
// Find returns null for a missing key and refuses a value of another type.
internal sealed class GgufMetadata(string path, IReadOnlyDictionary<string, object> values)
{
    private const int ShownElements = 8;

    public IReadOnlyDictionary<string, object> Values { get; } = values;

    public LoadWarnings Warnings { get; } = new();

    public static string TypeName(object value) => value switch
    {
        Array array => $"an array of {array.Length} {array.GetType().GetElementType()!.Name}",
        _ => value.GetType().Name,
    };

    public string? FindString(string key) => Find<string>(key, "a string");

    public T[]? FindArray<T>(string key) => Find<T[]>(key, $"an array of {typeof(T).Name}");

    public bool? FindBool(string key) => !Values.TryGetValue(key, out object? value) ? null : value is bool truth
        ? truth
        : throw Error(key, "a bool", TypeName(value));

    // Of any width.
    public long? FindInteger(string key) => !Values.TryGetValue(key, out object? value) ? null : value switch
    {
        byte number => number,
        sbyte number => number,
        ushort number => number,
        short number => number,
        uint number => number,
        int number => number,
        long number => number,
        ulong number => number <= long.MaxValue ? (long)number : throw Error(key, "at most 2^63 - 1", $"{number}"),
        _ => throw Error(key, "an integer", TypeName(value)),
    };

    public float? FindFloat(string key) => !Values.TryGetValue(key, out object? value) ? null : value switch
    {
        float number => number,
        double number => (float)number,
        _ => throw Error(key, "a float", TypeName(value)),
    };

    public ModelFormatException Error(string key, string expected, string found) => new(path, key, expected, found);

    public ModelFormatException Missing(string key, string expected) => Error(key, expected, "no such key");

    // text: what is wrong with the key and what is taken instead.
    public void Warn(string key, string text) => Warnings.Add(path, $"{key}: {text}");

    // In file order, long arrays shortened.
    public IReadOnlyList<KeyValuePair<string, string>> InWords() =>
        [.. Values.Select(pair => KeyValuePair.Create(pair.Key, Words(pair.Value)))];

    private static string Words(object value)
    {
        if (value is not Array array) return Convert.ToString(value, CultureInfo.InvariantCulture)!;
        IEnumerable<string> shown = array.Cast<object>().Take(ShownElements).Select(Words);
        string rest = array.Length > ShownElements ? $", … {array.Length} in all" : "";
        return $"[{string.Join(", ", shown)}{rest}]";
    }

    private T? Find<T>(string key, string expected)
        where T : class =>
        !Values.TryGetValue(key, out object? value) ? null : value as T ?? throw Error(key, expected, TypeName(value));
}
