namespace LLamaNet;

/// <summary>A stretch of text and whether special tokens written in it count as such.</summary>
/// <param name="Text">The text.</param>
/// <param name="AllowSpecial">True for a chat template's own words, false for text from a user.</param>
public readonly record struct TextSegment(string Text, bool AllowSpecial);
