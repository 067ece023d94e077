namespace LLamaNet;

/// <summary>Receives the logits of one position.</summary>
/// <param name="position">The position in the sequence, from 0.</param>
/// <param name="logits">One number for each token id; valid during the call only.</param>
public delegate void LogitsVisitor(int position, ReadOnlySpan<float> logits);
