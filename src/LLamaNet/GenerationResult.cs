namespace LLamaNet;

/// <summary>A finished generation.</summary>
/// <param name="Text">All text that was emitted.</param>
/// <param name="Tokens">All generated tokens, in order, an end token included.</param>
/// <param name="PromptTokens">Number of tokens of the prompt.</param>
/// <param name="FinishReason">Why it ended.</param>
/// <param name="StopSequence">The stop sequence that ended it, if one did.</param>
/// <param name="Seed">The seed that was used; with the same prompt and options it gives the same text again.</param>
/// <param name="Timings">How long it took.</param>
public sealed record GenerationResult(
    string Text,
    IReadOnlyList<GeneratedToken> Tokens,
    int PromptTokens,
    FinishReason FinishReason,
    string? StopSequence,
    ulong Seed,
    GenerationTimings Timings);
