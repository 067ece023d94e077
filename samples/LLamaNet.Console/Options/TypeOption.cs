using System.CommandLine;

namespace LLamaNet.Console.Options;

// A number format by its GGUF name, in either case; null when it is not given.
internal sealed class TypeOption : Option<DType?>
{
    public TypeOption(string name, string description, IReadOnlyList<DType> allowed, params string[] aliases)
        : base(name, aliases)
    {
        Description = $"{description}: {string.Join(", ", allowed)}";
        HelpName = "TYPE";
        CustomParser = result =>
        {
            string? error = TryRead(result.Tokens[^1].Value, allowed, out DType type);
            if (error is null) return type;
            result.AddError($"{name}: {error}");
            return null;
        };
    }

    public static IReadOnlyList<DType> Weights { get; } = Enum.GetValues<DType>();

    public static IReadOnlyList<DType> KvCache { get; } = [DType.F16, DType.Q8_0, DType.F32];

    // Returns what is wrong with the name, or null.
    public static string? TryRead(string text, IReadOnlyList<DType> allowed, out DType type)
    {
        foreach (DType candidate in allowed)
        {
            if (!candidate.ToString().Equals(text, StringComparison.OrdinalIgnoreCase)) continue;
            type = candidate;
            return null;
        }

        type = default;
        return $"expected {string.Join(", ", allowed)}, found '{text}'.";
    }
}
