namespace LLamaNet;

/// <summary>One generated token.</summary>
/// <param name="Id">Its id.</param>
/// <param name="LogProbability">Natural logarithm of its probability before temperature, penalties and cuts; null unless asked for.</param>
/// <param name="Top">The likeliest tokens with their log-probabilities, likeliest first; empty unless asked for.</param>
public sealed record GeneratedToken(int Id, float? LogProbability, IReadOnlyList<(int Id, float LogProbability)> Top);
