using System.CommandLine;

namespace LLamaNet.Console.Options;

internal static class ModelArgument
{
    private const string Kinds = "a GGUF file (the first of a split one), a Hugging Face folder or a Meta folder";

    public static Argument<string> Required(string description = $"The checkpoint: {Kinds}") => new("MODEL")
    {
        Description = description,
    };

    public static Argument<string?> Optional() => Optional($"The checkpoint: {Kinds} (default: the built-in demo model)");

    // Of commands that do without a model.
    public static Argument<string?> None() => Optional($"A checkpoint: {Kinds}");

    // For tables.
    public static string NameOf(string path) => Path.GetFileName(Path.TrimEndingDirectorySeparator(path));

    private static Argument<string?> Optional(string description) =>
        new("MODEL") { Description = description, Arity = ArgumentArity.ZeroOrOne };
}
