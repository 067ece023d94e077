namespace LLamaNet;

/// <summary>A token that a model could have generated.</summary>
/// <param name="Id">Its id.</param>
/// <param name="LogProbability">Natural logarithm of its probability before temperature, penalties and cuts.</param>
public readonly record struct TokenLogProbability(int Id, float LogProbability);
