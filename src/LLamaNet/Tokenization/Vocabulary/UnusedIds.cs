namespace LLamaNet.Tokenization.Vocabulary;

// Ids that no token has: files leave gaps. Text never becomes them, and they stand for no text.
internal static class UnusedIds
{
    // A file of few tokens cannot ask for memory for many.
    private const int MaxUnused = 1 << 16;

    public static int MaxId(int tokens) => Math.Min(tokens + MaxUnused, VocabularyChecks.MaxTokens) - 1;

    public static (string[] Pieces, TokenType[] Types) Create(int count)
    {
        var pieces = new string[count];
        var types = new TokenType[count];
        Array.Fill(pieces, "");
        Array.Fill(types, TokenType.Unused);
        return (pieces, types);
    }
}
