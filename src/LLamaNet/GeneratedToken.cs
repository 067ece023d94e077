namespace LLamaNet;

/// <summary>One generated token.</summary>
/// <param name="Id">Its id.</param>
/// <param name="LogProbability">
/// Natural logarithm of its probability before temperature, penalties and cuts; null unless
/// <see cref="GenerationOptions.LogProbabilities"/> asks for it.
/// </param>
/// <param name="Top">
/// The likeliest tokens, likeliest first, as many as <see cref="GenerationOptions.TopLogProbabilities"/> asks for.
/// </param>
public sealed record GeneratedToken(int Id, float? LogProbability, IReadOnlyList<TokenLogProbability> Top);
