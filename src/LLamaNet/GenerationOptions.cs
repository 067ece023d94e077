namespace LLamaNet;

/// <summary>How text is generated. Values that are null come from the checkpoint's generation defaults, if it has any.</summary>
public sealed record GenerationOptions
{
    /// <summary>Most tokens to generate; null: until an end token, a stop string or a full context.</summary>
    public int? MaxTokens { get; init; }

    /// <summary>Divisor of the logits; 0 takes the likeliest token each time. Default 1.</summary>
    public float? Temperature { get; init; }

    /// <summary>Keep this many of the likeliest tokens; 0 keeps all. Default 0.</summary>
    public int? TopK { get; init; }

    /// <summary>Keep the likeliest tokens that together have this probability; 1 keeps all. Default 1.</summary>
    public float? TopP { get; init; }

    /// <summary>Keep tokens at least this fraction as likely as the likeliest; 0 keeps all.</summary>
    public float MinP { get; init; }

    /// <summary>Keep the tokens whose surprise is nearest the entropy, up to this probability; 1 keeps all (arXiv 2202.00666).</summary>
    public float TypicalP { get; init; } = 1;

    /// <summary>Divides positive logits of tokens already seen and multiplies negative ones; 1 is off (arXiv 1909.05858). Default 1.</summary>
    public float? RepetitionPenalty { get; init; }

    /// <summary>Latest tokens, prompt included, that the penalties look at; 0 is all.</summary>
    public int PenaltyWindow { get; init; } = 64;

    /// <summary>Subtracted from the logit of every token already seen.</summary>
    public float PresencePenalty { get; init; }

    /// <summary>Subtracted from a token's logit once for each time it was seen.</summary>
    public float FrequencyPenalty { get; init; }

    /// <summary>Added to the logits of these token ids; negative infinity forbids one.</summary>
    public IReadOnlyDictionary<int, float> LogitBias { get; init; } = new Dictionary<int, float>();

    /// <summary>Seed of the sampler; null draws one, which the result reports.</summary>
    public ulong? Seed { get; init; }

    /// <summary>Strings that end the text; neither they nor a part of them is emitted.</summary>
    public IReadOnlyList<string> Stop { get; init; } = [];

    /// <summary>Go on when the model says it is done, until another limit is met.</summary>
    public bool IgnoreEndTokens { get; init; }

    /// <summary>Report each token's log-probability.</summary>
    public bool LogProbabilities { get; init; }

    /// <summary>With <see cref="LogProbabilities"/>, also report this many of the likeliest tokens; at most 20.</summary>
    public int TopLogProbabilities { get; init; }

    /// <summary>Whether special tokens written in the prompt's text count as such. Leave off for text from users.</summary>
    public bool ParseSpecialTokens { get; init; }

    /// <summary>Told how many prompt tokens were computed, after each chunk.</summary>
    public IProgress<PrefillProgress>? PrefillProgress { get; init; }
}
