using LLamaNet.Tokenization.Vocabulary;
using LLamaNet.Tokenization.Words;

namespace LLamaNet.Tokenization.Files;

// Reads Hugging Face's tokenizer.json: BPE over bytes, or BPE that was SentencePiece's.
internal static class TokenizerJson
{
    // A file without a template for BOS and EOS does not name them; these are LLaMA's and GPT-2's, in order of preference.
    private static readonly string[] s_bosNames = ["<s>", "<|begin_of_text|>", "<|endoftext|>"];
    private static readonly string[] s_eosNames = ["</s>", "<|end_of_text|>", "<|eot_id|>", "<|endoftext|>"];

    public static bool Matches(ReadOnlySpan<byte> bytes) => WithoutByteOrderMark(bytes).TrimStart(" \t\r\n"u8) is [(byte)'{', ..];

    public static TokenizerVocabulary Read(ReadOnlySpan<byte> bytes, string path)
    {
        JsonPlace root = JsonPlace.Parse(WithoutByteOrderMark(bytes), path);
        JsonPlace model = root.Get("model");
        CheckModel(model);

        Dictionary<string, int> ids = ReadIds(model.Get("vocab"));
        List<AddedToken> addedTokens = ReadAddedTokens(root, ids);
        string? unknown = model.Find("unk_token")?.Text();
        var stages = TokenizerJsonStages.Read(root);
        bool isSentencePiece = stages.Words is null;
        bool hasBytes = isSentencePiece && (model.Find("byte_fallback")?.Flag() ?? false);
        (string[] pieces, TokenType[] types) = Arrange(
            ids, addedTokens, unknown, hasBytes, path);

        var vocabulary = new TokenizerVocabulary
        {
            Kind = isSentencePiece ? TokenizerModelKind.SentencePieceBpe : TokenizerModelKind.ByteLevelBpe,
            Pieces = pieces,
            Types = types,
            Merges = ReadMerges(model.Get("merges")),
            PreTokenizer = stages.Words ?? PreTokenizer.Gpt2,
            Normalizer = stages.Normalizer,
            FallsBackToBytes = hasBytes,
            SpacePrefix = stages.SpacePrefix,
            IgnoreMerges = model.Find("ignore_merges")?.Flag() ?? false,
            FuseUnknown = model.Find("fuse_unk")?.Flag() ?? false,
            AddedTokens = addedTokens,
            UnknownId = unknown is null ? null : IdOf(unknown, ids, model.Get("unk_token")),
            BosId = stages.BosId ?? FirstKnown(s_bosNames, ids, types),
            EosId = stages.EosId ?? FirstKnown(s_eosNames, ids, types),
            AddBos = stages.BosId is not null,
            AddEos = stages.EosId is not null,
        };
        return isSentencePiece ? SentencePieceFromMerges.WithScores(vocabulary) : vocabulary;
    }

    private static void CheckModel(JsonPlace model)
    {
        JsonPlace type = model.Get("type");
        if (type.Text() != "BPE") throw type.Error("BPE");
        foreach (string affix in (ReadOnlySpan<string>)["continuing_subword_prefix", "end_of_word_suffix"])
        {
            if (model.Find(affix) is { } found && found.Text().Length > 0) throw found.Error("none");
        }
    }

    private static Dictionary<string, int> ReadIds(JsonPlace vocab)
    {
        var ids = new Dictionary<string, int>();
        var used = new HashSet<int>();
        foreach ((string piece, int id) in vocab.Ids())
        {
            if (!used.Add(id)) throw vocab.Error($"an id of its own for each token, not {id} twice");
            ids.Add(piece, id);
        }

        return ids;
    }

    // Adds those that the model's vocabulary does not have to it.
    private static List<AddedToken> ReadAddedTokens(JsonPlace root, Dictionary<string, int> ids)
    {
        var tokens = new List<AddedToken>();
        if (root.Find("added_tokens") is not { } list) return tokens;

        HashSet<int> used = [.. ids.Values];
        var added = new HashSet<int>();
        foreach (JsonPlace item in list.Items)
        {
            JsonPlace idPlace = item.Get("id");
            int id = idPlace.Id();
            string content = item.Get("content").Text();
            if (!added.Add(id)) throw idPlace.Error("an id that no other added token has");
            if (ids.TryGetValue(content, out int known))
            {
                if (known != id) throw idPlace.Error($"{known}, the token's id in the vocabulary");
            }
            else
            {
                if (!used.Add(id)) throw idPlace.Error("an id that no other token has");
                ids.Add(content, id);
            }

            tokens.Add(new(
                id, content, Flag(item, "special"), Flag(item, "lstrip"), Flag(item, "rstrip"), Flag(item, "single_word"),
                Flag(item, "normalized")));
        }

        return tokens;
    }

    private static bool Flag(JsonPlace item, string name) => item.Find(name)?.Flag() ?? false;

    private static (string[] Pieces, TokenType[] Types) Arrange(
        Dictionary<string, int> ids, List<AddedToken> addedTokens, string? unknown, bool hasBytes, string path)
    {
        int count = ids.Count == 0 ? 0 : ids.Values.Max() + 1;
        if (count - 1 > UnusedIds.MaxId(ids.Count))
            throw VocabularyChecks.Error(path, "model.vocab", $"ids from 0 to {UnusedIds.MaxId(ids.Count)}", $"{count - 1}");
        (string[] pieces, TokenType[] types) = UnusedIds.Create(count);
        foreach ((string piece, int id) in ids)
        {
            pieces[id] = piece;
            types[id] = hasBytes && ByteToken.TryParse(piece, out _) ? TokenType.Byte : TokenType.Normal;
        }

        foreach (AddedToken token in addedTokens) types[token.Id] = token.Special ? TokenType.Control : TokenType.UserDefined;
        if (unknown is not null && ids.TryGetValue(unknown, out int unknownId)) types[unknownId] = TokenType.Unknown;
        return (pieces, types);
    }

    private static List<(string Left, string Right)> ReadMerges(JsonPlace merges)
    {
        var pairs = new List<(string Left, string Right)>();
        foreach (JsonPlace item in merges.Items) pairs.Add(ReadMerge(item));
        return pairs;
    }

    // "a b" or, since 2024, ["a", "b"], which can hold spaces.
    private static (string Left, string Right) ReadMerge(JsonPlace item)
    {
        if (item.IsText)
        {
            return item.Text().Split(' ') is [{ Length: > 0 } left, { Length: > 0 } right] ? (left, right) : throw item.Error(
                "two tokens with a space between");
        }

        using IEnumerator<JsonPlace> parts = item.Items.GetEnumerator();
        if (!parts.MoveNext()) throw item.Error("two tokens");
        string first = parts.Current.Text();
        if (!parts.MoveNext()) throw item.Error("two tokens");
        string second = parts.Current.Text();
        return parts.MoveNext() ? throw item.Error("two tokens") : (first, second);
    }

    private static int IdOf(string piece, Dictionary<string, int> ids, JsonPlace place) =>
        ids.TryGetValue(piece, out int id) ? id : throw place.Error("a token of the vocabulary");

    private static int? FirstKnown(string[] names, Dictionary<string, int> ids, TokenType[] types)
    {
        foreach (string name in names)
        {
            if (ids.TryGetValue(name, out int id) && types[id] == TokenType.Control) return id;
        }

        return null;
    }

    private static ReadOnlySpan<byte> WithoutByteOrderMark(ReadOnlySpan<byte> bytes) =>
        bytes.StartsWith("\uFEFF"u8) ? bytes[3..] : bytes;
}
