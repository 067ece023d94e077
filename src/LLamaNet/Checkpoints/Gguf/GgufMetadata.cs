using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace LLamaNet.Checkpoints.Gguf;

// Keys and values of a GGUF file. A value is a number of the stored type, a bool, a string, or an array of one of these.
// Find returns null for a missing key and refuses a value of another type.
internal sealed class GgufMetadata(string path, IReadOnlyDictionary<string, object> values)
{
    private const int ShownElements = 8;

    private readonly HashSet<string> _read = new(StringComparer.Ordinal);

    public IReadOnlyDictionary<string, object> Values { get; } = values;

    public LoadWarnings Warnings { get; } = new();

    public static string TypeName(object value) => value switch
    {
        Array array => $"an array of {array.Length} {array.GetType().GetElementType()!.Name}",
        _ => value.GetType().Name,
    };

    public static string Words(object value)
    {
        if (value is not Array array) return Convert.ToString(value, CultureInfo.InvariantCulture)!;
        IEnumerable<string> shown = array.Cast<object>().Take(ShownElements).Select(Words);
        string rest = array.Length > ShownElements ? $", … {array.Length} in all" : "";
        return $"[{string.Join(", ", shown)}{rest}]";
    }

    public bool Has(string key) => TryGet(key, out _);

    public string? FindString(string key) => Find<string>(key, "a string");

    public T[]? FindArray<T>(string key) => Find<T[]>(key, $"an array of {typeof(T).Name}");

    public bool? FindBool(string key) => !TryGet(key, out object? value) ? null : value is bool truth
        ? truth
        : throw Error(key, "a bool", TypeName(value));

    // Of any width.
    public long? FindInteger(string key) => TryGet(key, out object? value) ? ToInteger(key, value) : null;

    public float? FindFloat(string key) => !TryGet(key, out object? value) ? null : value switch
    {
        float number => number,
        double number => (float)number,
        _ => throw Error(key, "a float", TypeName(value)),
    };

    public ModelFormatException Error(string key, string expected, string found) => new(path, key, expected, found);

    public ModelFormatException Missing(string key, string expected) => Error(key, expected, "no such key");

    // Keys that begin with the prefix and that nobody has asked for yet, in file order.
    public IEnumerable<string> Unread(string prefix) =>
        Values.Keys.Where(key => key.StartsWith(prefix, StringComparison.Ordinal) && !_read.Contains(key));

    // Of any width: one number, or one for each of so many layers that are all the same.
    public long? FindIntegerForLayers(string key, int layers)
    {
        if (!Values.TryGetValue(key, out object? value) || value is not Array array || array.Length == 0) return FindInteger(key);
        _read.Add(key);
        if (array.Length != layers) throw Error(key, $"one number, or {layers}, one a layer", TypeName(value));
        long first = ToInteger(key, array.GetValue(0)!);
        foreach (object element in array)
        {
            if (ToInteger(key, element) is var other && other != first)
                throw Error(key, "the same number for all layers", $"{first} and {other}");
        }

        Warn(key, $"a list with a number for each layer; all are {first}");
        return first;
    }

    // text: what is wrong with the key and what is taken instead.
    public void Warn(string key, string text) => Warnings.Add(path, $"{key}: {text}");

    // In file order, long arrays shortened.
    public IReadOnlyList<KeyValuePair<string, string>> InWords() =>
        [.. Values.Select(pair => KeyValuePair.Create(pair.Key, Words(pair.Value)))];

    private bool TryGet(string key, [NotNullWhen(true)] out object? value)
    {
        _read.Add(key);
        return Values.TryGetValue(key, out value);
    }

    private long ToInteger(string key, object value) => value switch
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

    private T? Find<T>(string key, string expected)
        where T : class =>
        !TryGet(key, out object? value) ? null : value as T ?? throw Error(key, expected, TypeName(value));
}
