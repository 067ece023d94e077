using System.CommandLine;

namespace LLamaNet.Console.Options;

internal static class ModelArgument
{
    private const string Kinds = "a GGUF file (the first of a split one), a Hugging Face folder or a Meta folder";

    public static Argument<string> Required(string description = $"The checkpoint: {Kinds}") => new("MODEL") { Description = description };

    public static Argument<string?> Optional() => new("MODEL")
    {
        Description = $"The checkpoint: {Kinds} (default: the built-in demo model)",
        Arity = ArgumentArity.ZeroOrOne,
    };
}
