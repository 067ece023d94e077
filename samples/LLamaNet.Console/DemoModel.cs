namespace LLamaNet.Console;

// The small model inside this program, so that the first command prints text without a download. See Models/README.md.
internal static class DemoModel
{
    public const string Name = "demo-q8_0.gguf";
    public const string Prompt = "Prince Andrew";

    // A fixed seed: everybody's first run prints the same text.
    public static GenerationOptions Defaults { get; } = new()
    {
        Temperature = 0.7f,
        TopP = 0.9f,
        MaxOutputTokens = 100,
        Seed = 1,
    };

    public static Stream Open() => typeof(DemoModel).Assembly.GetManifestResourceStream(Name)
        ?? throw new CommandException("this build has no demo model inside; name a checkpoint");
}
