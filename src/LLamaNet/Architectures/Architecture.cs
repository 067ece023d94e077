using LLamaNet.Architectures.Rope;

namespace LLamaNet.Architectures;

// A family of models, by the name that transformers has for it. It computes what LLaMA computes, but for the parts that its entry
// names. All is the only list.
internal sealed record Architecture(string Name)
{
    public static Architecture Llama { get; } = new("llama") { Biases = BiasUse.Optional };

    // Where names in GGUF files are the same, the first one is meant.
    public static IReadOnlyList<Architecture> All { get; } =
    [
        Llama,
        new("mistral") { GgufName = "llama", Window = WindowUse.EveryLayer, DefaultWindow = 4096 },
        new("qwen2")
        {
            GgufPairing = RopePairing.SplitHalves,
            Biases = BiasUse.Qkv,
            Window = WindowUse.SomeLayers,
            DefaultWindow = 4096,
        },
        new("qwen3")
        {
            GgufPairing = RopePairing.SplitHalves,
            Biases = BiasUse.Optional,
            Window = WindowUse.SomeLayers,
            DefaultWindow = 4096,
            HasQueryKeyNorm = true,
        },
        new("phi3")
        {
            GgufPairing = RopePairing.SplitHalves,
            Window = WindowUse.EveryLayer,
            RotatesPart = true,
            Fused = [[TensorRole.Query, TensorRole.Key, TensorRole.Value], [TensorRole.Gate, TensorRole.Up]],
        },
        new("granite") { Biases = BiasUse.Optional, HasMultipliers = true },
        new("smollm3")
        {
            Biases = BiasUse.Optional,
            Window = WindowUse.SomeLayers,
            UnrotatedInterval = 4,
            DefaultRopeTheta = 2_000_000,
            TiesByDefault = true,
        },
    ];

    // The name in GGUF files.
    public string GgufName { get; init; } = Name;

    public RopePairing GgufPairing { get; init; } = RopePairing.AdjacentPairs;

    public BiasUse Biases { get; init; }

    public WindowUse Window { get; init; }

    // The window where config.json does not say; null: none.
    public int? DefaultWindow { get; init; }

    // RMSNorm of each head of queries and keys.
    public bool HasQueryKeyNorm { get; init; }

    // Factors of embeddings, attention scores, residuals and logits.
    public bool HasMultipliers { get; init; }

    // Every so many layers one does not rotate queries and keys, where the files do not say; null: all do, and files may not say.
    public int? UnrotatedInterval { get; init; }

    // Where config.json does not say.
    public float DefaultRopeTheta { get; init; } = 10_000;

    // Whether the files may say that a part of each head is rotated.
    public bool RotatesPart { get; init; }

    // Whether the output projection is the embedding where config.json does not say.
    public bool TiesByDefault { get; init; }

    // Matrices that files hold as one, below each other.
    public IReadOnlyList<TensorRole[]> Fused { get; init; } = [];

    public static Architecture? OfGguf(string name) => All.FirstOrDefault(architecture => architecture.GgufName == name);

    public static Architecture? OfTransformers(string name) => All.FirstOrDefault(architecture => architecture.Name == name);
}
