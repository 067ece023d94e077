namespace LLamaNet;

/// <summary>A piece of a stream of generated text. The last part of a stream carries the result and may have no text.</summary>
/// <param name="Text">Whole characters only; may be empty while a character or a possible stop sequence is incomplete.</param>
/// <param name="Tokens">The tokens generated since the part before.</param>
/// <param name="Result">Set on the last part only.</param>
public sealed record GeneratedPart(string Text, IReadOnlyList<GeneratedToken> Tokens, GenerationResult? Result = null);
