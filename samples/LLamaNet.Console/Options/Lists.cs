using System.Globalization;

namespace LLamaNet.Console.Options;

// The lists that commands take.
internal static class Lists
{
    public static ListOption<int> Counts(string name, string description, int min, int max, params int[] defaults) =>
        new(name, description, "N,N", defaults, (string text, out int item) =>
            int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out item) && item >= min && item <= max
                ? null
                : string.Create(CultureInfo.InvariantCulture, $"expected a number from {min} to {max}, found '{text}'."));

    public static ListOption<KeyValuePair<int, float>> Biases(string name, string description) =>
        new(name, description, "ID:BIAS,ID:BIAS", [], (string text, out KeyValuePair<int, float> item) =>
        {
            string[] parts = text.Split(':');
            int id = -1;
            float bias = float.NaN;
            bool isPair = parts.Length == 2 && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out id);
            if (isPair && parts[1] == "-inf") bias = float.NegativeInfinity;
            else if (isPair) isPair = float.TryParse(parts[1], NumberStyles.Float, CultureInfo.InvariantCulture, out bias);
            item = new(id, bias);
            return isPair && !float.IsNaN(bias) && !float.IsPositiveInfinity(bias)
                ? null
                : $"expected a token id, a colon and a number or -inf, found '{text}'.";
        });

    public static ListOption<DType> Types(string name, string description, params DType[] defaults) =>
        new(
            name, description, "TYPE,TYPE", defaults,
            (string text, out DType item) => TypeOption.TryRead(text, TypeOption.Weights, out item));

    public static ListOption<KnownModel> Models(string name, string description, params KnownModel[] defaults) =>
        new(name, description, "SIZE,SIZE", defaults, (string text, out KnownModel item) => KnownModel.TryRead(text, out item));

    public static ListOption<MemorySize> Memories(string name, string description) =>
        new(name, description, "SIZE,SIZE", [], (string text, out MemorySize item) => MemorySize.TryRead(text, out item));
}
