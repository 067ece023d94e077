namespace LLamaNet;

/// <summary>How far the computation of a prompt has come.</summary>
/// <param name="Tokens">Prompt tokens computed so far.</param>
/// <param name="TotalTokens">Tokens of the prompt.</param>
public readonly record struct PrefillProgress(int Tokens, int TotalTokens);
