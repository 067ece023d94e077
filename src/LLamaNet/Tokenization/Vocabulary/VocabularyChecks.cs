using System.Text.Encodings.Web;
using LLamaNet.Tokenization.Files;

namespace LLamaNet.Tokenization.Vocabulary;

// What must hold for a vocabulary from any container.
internal static class VocabularyChecks
{
    public const int MaxTokens = 4 << 20;
    public const int LongestPieceBytes = 64 << 10;

    public static void Check(TokenizerVocabulary vocabulary, string path)
    {
        int count = vocabulary.Pieces.Length;
        if (count is 0 or > MaxTokens) throw Error(path, "tokens", $"1 to {MaxTokens} tokens", $"{count}");
        if (vocabulary.Types.Length != count)
            throw Error(path, "token types", $"{count}, one a token", $"{vocabulary.Types.Length}");
        for (int id = 0; id < count; id++) CheckPiece(vocabulary.Pieces[id], vocabulary.Types[id], id, path);

        CheckId(vocabulary.BosId, "BOS id", count, path);
        CheckId(vocabulary.EosId, "EOS id", count, path);
        CheckId(vocabulary.UnknownId, "unknown token's id", count, path);
        foreach (int id in vocabulary.ExtraEndIds) CheckId(id, "end token's id", count, path);
        CheckAddedTokens(vocabulary.AddedTokens, count, path);

        if (vocabulary.Kind == TokenizerModelKind.SentencePieceBpe) CheckSentencePiece(vocabulary, path);
        else if (vocabulary.Merges is null) throw Error(path, "merges", "merges of byte-level BPE", "none");
    }

    public static void MergeIsKnown(HashSet<string> pieces, string left, string right, int index, string path)
    {
        if (!pieces.Contains(left) || !pieces.Contains(right) || !pieces.Contains(left + right))
            throw UnknownMerge(left, right, index, path);
    }

    public static ModelFormatException UnknownMerge(string left, string right, int index, string path) =>
        Error(path, $"merge {index}", "two tokens and the token they make", $"{Quote(left)} and {Quote(right)}");

    public static ModelFormatException Error(string path, string place, string expected, string found) =>
        new(path, place, expected, found);

    // On one line and not long, whatever the file holds.
    public static string Quote(string text) => $"\"{JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(Shorten(text))}\"";

    // JSON is on one line unless it is an object or an array.
    public static string QuoteJson(string json) => Shorten(json);

    private static string Shorten(string text) => text.Length > 40 ? text[..40] + "…" : text;

    private static void CheckPiece(string piece, TokenType type, int id, string path)
    {
        if (piece.Length > LongestPieceBytes)
            throw Error(path, $"token {id}", $"at most {LongestPieceBytes} bytes", $"{piece.Length}");
        if (type is < TokenType.Normal or > TokenType.Byte)
            throw Error(path, $"token {id}", "a type from 1 to 6", $"{(int)type}");
        if (type == TokenType.Byte && !ByteToken.TryParse(piece, out _))
            throw Error(path, $"token {id}", "a byte as <0x00> to <0xFF>", Quote(piece));
    }

    private static void CheckId(int? id, string place, int count, string path)
    {
        if (id < 0 || id >= count) throw Error(path, place, $"0 to {count - 1}", $"{id}");
    }

    private static void CheckAddedTokens(IReadOnlyList<AddedToken> tokens, int count, string path)
    {
        var ids = new HashSet<int>();
        for (int i = 0; i < tokens.Count; i++)
        {
            CheckId(tokens[i].Id, $"added token {i}", count, path);
            if (!ids.Add(tokens[i].Id)) throw Error(path, $"added token {i}", "an id of its own", $"{tokens[i].Id} again");
        }
    }

    private static void CheckSentencePiece(TokenizerVocabulary vocabulary, string path)
    {
        int count = vocabulary.Pieces.Length;
        if (vocabulary.Scores is not { } scores) throw Error(path, "scores", $"{count}, one a token", "none");
        if (scores.Length != count) throw Error(path, "scores", $"{count}, one a token", $"{scores.Length}");
        int notANumber = Array.FindIndex(scores, float.IsNaN);
        if (notANumber >= 0) throw Error(path, $"score of token {notANumber}", "a number", "NaN");
    }
}
