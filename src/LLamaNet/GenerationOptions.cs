namespace LLamaNet;

/// <summary>How text is generated. Values that are null come from the checkpoint's generation defaults, if it has any.</summary>
/// <remarks>
/// <para>Each token is chosen in this order: <see cref="LogitBias"/>; the penalties; then, at temperature 0, the likeliest token
/// (ties: lowest id); otherwise <see cref="Temperature"/>, <see cref="TopK"/>, <see cref="TypicalP"/>,
/// <see cref="TopP"/>, <see cref="MinP"/>, each on the probabilities that those before it left, and a draw. Temperature
/// comes first as in Meta's and Hugging Face's code, which checkpoints' recommended values are meant for; llama.cpp by
/// default applies it last.</para>
/// <para>A generation depends on its prompt, its options and its seed, not on what else the model does at the time.</para>
/// <para>A value out of its range is refused by an <see cref="ArgumentOutOfRangeException"/> that names the property.</para>
/// </remarks>
public sealed record GenerationOptions
{
    /// <summary>Most tokens to generate, at least 1; null: until an end token, a stop sequence or a full context.</summary>
    public int? MaxOutputTokens { get; init; }

    /// <summary>Divisor of the logits, from 0 up; 0 takes the likeliest token each time. Default 1.</summary>
    public float? Temperature { get; init; }

    /// <summary>Keep this many of the likeliest tokens; 0 keeps all. Default 0.</summary>
    public int? TopK { get; init; }

    /// <summary>
    /// Keep the fewest likeliest tokens that together have this probability, above 0; 1 keeps all (arXiv 1904.09751).
    /// Default 1.
    /// </summary>
    public float? TopP { get; init; }

    /// <summary>
    /// Keep tokens at least this fraction as likely as the likeliest, from 0 to 1; 0 keeps all (arXiv 2407.01082).
    /// </summary>
    public float MinP { get; init; }

    /// <summary>
    /// Keep the tokens whose surprise is nearest the entropy, up to this probability; 1 keeps all (arXiv 2202.00666).
    /// </summary>
    public float TypicalP { get; init; } = 1;

    /// <summary>
    /// Divides positive logits of tokens already seen and multiplies negative ones; 1 is off (arXiv 1909.05858). Default 1.
    /// </summary>
    public float? RepetitionPenalty { get; init; }

    /// <summary>Latest tokens, prompt included, that the penalties look at; 0 is all.</summary>
    public int PenaltyWindow { get; init; } = 64;

    /// <summary>Subtracted from the logit of every token already seen.</summary>
    public float PresencePenalty { get; init; }

    /// <summary>Subtracted from a token's logit once for each time it was seen.</summary>
    public float FrequencyPenalty { get; init; }

    /// <summary>Added to the logits of these token ids, at most 1024; negative infinity forbids one.</summary>
    public IReadOnlyDictionary<int, float> LogitBias { get; init; } = new Dictionary<int, float>();

    /// <summary>Seed of the sampler; null draws one, which the result reports.</summary>
    public ulong? Seed { get; init; }

    /// <summary>
    /// Strings that end the text, at most 16 of at most 256 characters; neither they nor a part of them is emitted.
    /// </summary>
    /// <remarks>
    /// The one that is complete first counts; of those that end together the longest. How the text is cut into tokens does
    /// not matter.
    /// </remarks>
    public IReadOnlyList<string> StopSequences { get; init; } = [];

    /// <summary>Go on when the model says it is done, until another limit is met.</summary>
    public bool IgnoreEndTokens { get; init; }

    /// <summary>Report each token's log-probability, that of the model's own logits.</summary>
    public bool LogProbabilities { get; init; }

    /// <summary>With <see cref="LogProbabilities"/>, also report this many of the likeliest tokens; at most 20.</summary>
    public int TopLogProbabilities { get; init; }

    /// <summary>Whether special tokens written in the prompt's text count as such. Leave off for text from users.</summary>
    public bool ParseSpecialTokens { get; init; }
}
