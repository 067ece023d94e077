using System.Buffers;
using System.Buffers.Text;
using System.Text;
using LLamaNet.Tokenization.Merging;
using LLamaNet.Tokenization.Vocabulary;
using LLamaNet.Tokenization.Words;

namespace LLamaNet.Tokenization.Files;

// Reads LLaMA 3's tokenizer.model (lines of base64 and rank), which Meta's checkpoints hold. The 256 special tokens that
// follow the lines are in Meta's code, not in the file; their names are those of LLaMA 3.1 and later.
internal static class TiktokenModel
{
    private const int SpecialTokens = 256;

    private static readonly string[] s_namedSpecialTokens =
    [
        "<|begin_of_text|>", "<|end_of_text|>", "<|reserved_special_token_0|>", "<|reserved_special_token_1|>",
        "<|finetune_right_pad_id|>", "<|reserved_special_token_2|>", "<|start_header_id|>", "<|end_header_id|>",
        "<|eom_id|>", "<|eot_id|>", "<|python_tag|>",
    ];

    // Whether the bytes begin as such a file does.
    public static bool Matches(ReadOnlySpan<byte> bytes)
    {
        int lineEnd = bytes.IndexOf((byte)'\n');
        ReadOnlySpan<byte> line = lineEnd < 0 ? bytes : bytes[..lineEnd];
        int space = line.IndexOf((byte)' ');
        return space > 0 && Base64.IsValid(line[..space]) && line[(space + 1)..].TrimEnd(
            (byte)'\r') is [>= (byte)'0' and <= (byte)'9', ..];
    }

    public static TokenizerVocabulary Read(ReadOnlySpan<byte> bytes, string path)
    {
        List<string> pieces = ReadPieces(bytes, path);
        int bos = pieces.Count;
        var types = new TokenType[pieces.Count + SpecialTokens];
        Array.Fill(types, TokenType.Normal, 0, pieces.Count);
        Array.Fill(types, TokenType.Control, pieces.Count, SpecialTokens);
        List<(string Left, string Right)> merges = CreateMerges(pieces);

        pieces.AddRange(s_namedSpecialTokens);
        for (int i = 3; pieces.Count < types.Length; i++) pieces.Add($"<|reserved_special_token_{i}|>");
        return new()
        {
            Kind = TokenizerModelKind.ByteLevelBpe,
            Pieces = [.. pieces],
            Types = types,
            Merges = merges,
            RanksByResult = true,
            PreTokenizer = PreTokenizer.Llama3,
            IgnoreMerges = true,
            BosId = bos,
            EosId = bos + 1,
            AddBos = true,
        };
    }

    private static List<string> ReadPieces(ReadOnlySpan<byte> bytes, string path)
    {
        var pieces = new List<string>();
        var known = new HashSet<string>();
        while (!bytes.IsEmpty)
        {
            int lineEnd = bytes.IndexOf((byte)'\n');
            ReadOnlySpan<byte> line = (lineEnd < 0 ? bytes : bytes[..lineEnd]).TrimEnd((byte)'\r');
            bytes = lineEnd < 0 ? [] : bytes[(lineEnd + 1)..];
            if (line.IsEmpty) continue;

            if (pieces.Count == VocabularyChecks.MaxTokens - SpecialTokens)
                throw VocabularyChecks.Error(path, $"line {pieces.Count + 1}", $"at most {pieces.Count} lines", "more");
            string piece = ReadLine(line, pieces.Count, path);
            if (!known.Add(piece))
                throw VocabularyChecks.Error(
                    path, $"line {pieces.Count + 1}", "a token of its own", "a token that an earlier line has");
            pieces.Add(piece);
        }

        return pieces;
    }

    // "base64 rank"; ranks count up from 0, as they are the ids.
    private static string ReadLine(ReadOnlySpan<byte> line, int rank, string path)
    {
        string place = $"line {rank + 1}";
        int space = line.IndexOf((byte)' ');
        if (space < 0) throw VocabularyChecks.Error(path, place, "base64, a space and a rank", "no space");
        if (!Utf8Parser.TryParse(line[(space + 1)..], out int found, out int used) || used != line.Length - space - 1
            || found != rank)
            throw VocabularyChecks.Error(
                path, place, $"rank {rank}", VocabularyChecks.Quote(Encoding.UTF8.GetString(line[(space + 1)..])));
        if (space > VocabularyChecks.LongestPieceBytes)
            throw VocabularyChecks.Error(path, place, $"at most {VocabularyChecks.LongestPieceBytes} characters", $"{space}");

        Span<byte> token = new byte[Base64.GetMaxDecodedFromUtf8Length(space)];
        if (Base64.DecodeFromUtf8(line[..space], token, out _, out int written) != OperationStatus.Done || written == 0)
            throw VocabularyChecks.Error(path, place, "base64", VocabularyChecks.Quote(Encoding.UTF8.GetString(line[..space])));
        return ByteAlphabet.Write(token[..written]);
    }

    // Every way to make a token of two, by the token's rank, then by the ranks of its parts: Hugging Face's order.
    private static List<(string Left, string Right)> CreateMerges(List<string> pieces)
    {
        var ranks = new Dictionary<string, int>(pieces.Count);
        for (int rank = 0; rank < pieces.Count; rank++) ranks.Add(pieces[rank], rank);
        Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> bySpan = ranks.GetAlternateLookup<ReadOnlySpan<char>>();

        var merges = new List<(string Left, string Right)>(2 * pieces.Count);
        var splits = new List<(int Left, int Right)>();
        foreach (string piece in pieces)
        {
            if (piece.Length > SentencePieceMerges.LongestMerged) continue;
            splits.Clear();
            for (int cut = 1; cut < piece.Length; cut++)
            {
                if (bySpan.TryGetValue(piece.AsSpan(0, cut), out int left)
                    && bySpan.TryGetValue(piece.AsSpan(cut), out int right))
                    splits.Add((left, right));
            }

            splits.Sort();
            foreach ((int left, int right) in splits) merges.Add((pieces[left], pieces[right]));
        }

        return merges;
    }
}
