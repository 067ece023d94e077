namespace LLamaNet.Console.Options;

// A model known by its size.
internal sealed record KnownModel(string Name, LlamaConfig Config)
{
    // The four sizes of the LLaMA paper.
    public static IReadOnlyList<KnownModel> Paper { get; } =
    [
        new("7B", LlamaConfig.Llama7B),
        new("13B", LlamaConfig.Llama13B),
        new("33B", LlamaConfig.Llama33B),
        new("65B", LlamaConfig.Llama65B),
    ];

    // The shape of TinyLlama 1.1B: grouped-query attention, small enough for a laptop.
    private static readonly KnownModel s_small = new("1.1B", new LlamaConfig
    {
        Width = 2048,
        Layers = 22,
        Heads = 32,
        KvHeads = 4,
        HeadDim = 64,
        FfnWidth = 5632,
        VocabularySize = 32000,
        ContextLength = 2048,
        RmsNormEpsilon = 1e-5f,
    });

    public override string ToString() => Name;

    // Returns what is wrong with the name, or null.
    public static string? TryRead(string text, out KnownModel model)
    {
        KnownModel? known = Paper.Append(s_small).FirstOrDefault(
            known => known.Name.Equals(text, StringComparison.OrdinalIgnoreCase));
        model = known ?? s_small;
        return known is null ? $"expected 1.1B, 7B, 13B, 33B or 65B, found '{text}'." : null;
    }
}
