using LLamaNet.Architectures;

namespace LLamaNet;

/// <summary>The hyper-parameters of a LLaMA model.</summary>
public sealed record LlamaConfig
{
    /// <summary>Width of the residual stream (the paper's <c>dim</c>).</summary>
    public required int Width { get; init; }

    /// <summary>Number of transformer layers.</summary>
    public required int Layers { get; init; }

    /// <summary>Number of query heads.</summary>
    public required int Heads { get; init; }

    /// <summary>Number of key and value heads; a divisor of <see cref="Heads"/>.</summary>
    public required int KvHeads { get; init; }

    /// <summary>Width of one head; even.</summary>
    public required int HeadDim { get; init; }

    /// <summary>Width of the feed-forward network's hidden layer.</summary>
    public required int FfnWidth { get; init; }

    /// <summary>Number of token ids.</summary>
    public required int VocabularySize { get; init; }

    /// <summary>Positions the model was trained for, in tokens.</summary>
    public required int ContextLength { get; init; }

    /// <summary>Added to the mean square in RMSNorm.</summary>
    public required float RmsNormEpsilon { get; init; }

    /// <summary>Base of the rotary frequencies.</summary>
    public float RopeTheta { get; init; } = 10000f;

    /// <summary>How the rotary frequencies are changed for longer contexts.</summary>
    public RopeScaling RopeScaling { get; init; } = RopeScaling.None;

    /// <summary>Whether the output projection is the token embedding.</summary>
    public bool TiedEmbeddings { get; init; }

    /// <summary>Elements of each head that are rotated, from the first on; even. Null: all of them.</summary>
    public int? RopeDim { get; init; }

    /// <summary>Layers whose queries and keys are not rotated.</summary>
    public LayerSet UnrotatedLayers { get; init; } = LayerSet.None;

    /// <summary>Positions that a token attends to, its own included; null: all before it.</summary>
    public int? SlidingWindow { get; init; }

    /// <summary>Layers that attend to all positions although there is a sliding window.</summary>
    public LayerSet FullAttentionLayers { get; init; } = LayerSet.None;

    /// <summary>Whether queries, keys and values have biases.</summary>
    public bool QkvBias { get; init; }

    /// <summary>Whether the output projection of attention has a bias.</summary>
    public bool AttentionOutputBias { get; init; }

    /// <summary>Whether the feed-forward network's projections have biases.</summary>
    public bool FfnBias { get; init; }

    /// <summary>Whether each head of queries and keys goes through an RMSNorm before it is rotated.</summary>
    public bool QueryKeyNorm { get; init; }

    /// <summary>Factor of the token embeddings.</summary>
    public float EmbeddingMultiplier { get; init; } = 1f;

    /// <summary>Factor of the products of queries and keys; null: 1 / sqrt(<see cref="HeadDim"/>).</summary>
    public float? AttentionMultiplier { get; init; }

    /// <summary>Factor of what attention and the feed-forward network add to the residual stream.</summary>
    public float ResidualMultiplier { get; init; } = 1f;

    /// <summary>Divisor of the logits.</summary>
    public float LogitsDivisor { get; init; } = 1f;

    /// <summary>LLaMA 7B: 32 layers of width 4096.</summary>
    public static LlamaConfig Llama7B { get; } = Paper(4096, 32, 32, 11008, 1e-6f);

    /// <summary>LLaMA 13B: 40 layers of width 5120.</summary>
    public static LlamaConfig Llama13B { get; } = Paper(5120, 40, 40, 13824, 1e-6f);

    /// <summary>LLaMA 33B: 60 layers of width 6656.</summary>
    public static LlamaConfig Llama33B { get; } = Paper(6656, 52, 60, 17920, 1e-6f);

    /// <summary>LLaMA 65B: 80 layers of width 8192.</summary>
    public static LlamaConfig Llama65B { get; } = Paper(8192, 64, 80, 22016, 1e-5f);

    /// <summary>Number of weights, norms included; tied embeddings count once.</summary>
    public long ParameterCount => ModelTensors.Of(this).Sum(tensor => tensor.Count);

    // The table of "LLaMA: Open and Efficient Foundation Language Models" (Touvron et al., 2023), context 2048.
    private static LlamaConfig Paper(int width, int heads, int layers, int ffnWidth, float epsilon) => new()
    {
        Width = width,
        Layers = layers,
        Heads = heads,
        KvHeads = heads,
        HeadDim = width / heads,
        FfnWidth = ffnWidth,
        VocabularySize = 32000,
        ContextLength = 2048,
        RmsNormEpsilon = epsilon,
    };
}
