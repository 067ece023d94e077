using LLamaNet.Tokenization.Files;
using LLamaNet.Tokenization.Merging;
using LLamaNet.Tokenization.Vocabulary;

namespace LLamaNet.Checkpoints.Gguf;

// The tokenizer in a GGUF file: tokenizer.ggml.* keys.
internal static class GgufVocabulary
{
    private const string SentencePiece = "llama";
    private const string ByteLevel = "gpt2";
    private const string NoVocabulary = "no_vocab";
    private const string None = "none";

    // LLaMA 3's cutting of text into words, with and without words taken whole.
    private const string Llama3Pre = "llama-bpe";
    private const string Llama3PreWithMerges = "smaug-bpe";
    private const string Gpt2Pre = "gpt-2";
    private const string Qwen2Pre = "qwen2";

    public static TokenizerVocabulary Read(GgufMetadata metadata)
    {
        string model = metadata.FindString(GgufKeys.TokenizerModel)
            ?? throw metadata.Missing(GgufKeys.TokenizerModel, $"{SentencePiece} or {ByteLevel}");
        return model switch
        {
            SentencePiece => ReadSentencePiece(metadata),
            ByteLevel => ReadByteLevel(metadata),
            _ => throw metadata.Error(GgufKeys.TokenizerModel, $"{SentencePiece} or {ByteLevel}", model),
        };
    }

    // Converters write a name of no tokenizer for models that have none.
    public static bool IsIn(GgufMetadata metadata) =>
        metadata.Values.ContainsKey(GgufKeys.TokenizerModel)
            && metadata.FindString(GgufKeys.TokenizerModel) is not (NoVocabulary or None);

    // Of a model without a tokenizer.
    public static IEnumerable<KeyValuePair<string, object>> WriteNone() => [new(GgufKeys.TokenizerModel, NoVocabulary)];

    // The keys that say the same; what GGUF has no key for (strip rules of added tokens) is left out.
    public static IEnumerable<KeyValuePair<string, object>> Write(TokenizerVocabulary vocabulary)
    {
        bool byteLevel = vocabulary.Kind == TokenizerModelKind.ByteLevelBpe;
        yield return new(GgufKeys.TokenizerModel, byteLevel ? ByteLevel : SentencePiece);
        if (byteLevel) yield return new(GgufKeys.TokenizerPre, PreTokenizerName(vocabulary));
        yield return new(GgufKeys.Tokens, vocabulary.Pieces);
        if (vocabulary.Scores is { } scores) yield return new(GgufKeys.Scores, scores);
        yield return new(GgufKeys.TokenTypes, Array.ConvertAll(vocabulary.Types, type => (int)type));
        if (vocabulary.Merges is not null) yield return new(GgufKeys.Merges, MergeLines(vocabulary));
        if (vocabulary.BosId is { } bos) yield return new(GgufKeys.BosId, (uint)bos);
        if (vocabulary.EosId is { } eos) yield return new(GgufKeys.EosId, (uint)eos);
        if (vocabulary.UnknownId is { } unknown) yield return new(GgufKeys.UnknownId, (uint)unknown);
        if (vocabulary.ExtraEndIds.Count > 0) yield return new(GgufKeys.EotId, (uint)vocabulary.ExtraEndIds[0]);
        if (vocabulary.ExtraEndIds.Count > 1) yield return new(GgufKeys.EomId, (uint)vocabulary.ExtraEndIds[1]);
        yield return new(GgufKeys.AddBos, vocabulary.AddBos);
        yield return new(GgufKeys.AddEos, vocabulary.AddEos);
        yield return new(GgufKeys.AddSpacePrefix, vocabulary.SpacePrefix != SpacePrefix.Never);
    }

    private static TokenizerVocabulary ReadSentencePiece(GgufMetadata metadata)
    {
        string[] pieces = Pieces(metadata);
        float[] scores = OnePerPiece<float>(metadata, GgufKeys.Scores, pieces.Length)
            ?? throw metadata.Missing(GgufKeys.Scores, $"an array of {pieces.Length} Single");
        if (scores.Any(float.IsNaN)) throw metadata.Error(GgufKeys.Scores, "numbers", "NaN");
        return new TokenizerVocabulary
        {
            Kind = TokenizerModelKind.SentencePieceBpe,
            Pieces = pieces,
            Scores = scores,
            Types = Types(metadata, pieces.Length),
            Merges = Merges(metadata),
            BosId = IdOr(1, GgufKeys.BosId),
            EosId = IdOr(2, GgufKeys.EosId),
            UnknownId = IdOr(0, GgufKeys.UnknownId),
            ExtraEndIds = EndIds(metadata, pieces.Length),
            AddBos = metadata.FindBool(GgufKeys.AddBos) ?? true,
            AddEos = metadata.FindBool(GgufKeys.AddEos) ?? false,
            SpacePrefix = metadata.FindBool(GgufKeys.AddSpacePrefix) ?? true ? SpacePrefix.EveryStretch : SpacePrefix.Never,
        };

        // As llama.cpp does, files without a key mean the ids that SentencePiece gives.
        int? IdOr(int usual, string key) =>
            metadata.Values.ContainsKey(key) || usual >= pieces.Length ? Id(metadata, key, pieces.Length) : usual;
    }

    private static TokenizerVocabulary ReadByteLevel(GgufMetadata metadata)
    {
        string[] pieces = Pieces(metadata);
        string pre = metadata.FindString(GgufKeys.TokenizerPre) ?? "default";
        PreTokenizerKind kind = TokenizerVocabulary.PreTokenizerByGgufName(pre)
            ?? throw metadata.Error(GgufKeys.TokenizerPre, "llama-bpe, qwen2, gpt-2 or another name for one of these", pre);
        bool isLlama3 = pre is Llama3Pre or "llama3" or "llama-v3";
        return new TokenizerVocabulary
        {
            Kind = TokenizerModelKind.ByteLevelBpe,
            Pieces = pieces,
            Types = Types(metadata, pieces.Length),
            Merges = Merges(metadata) ?? throw metadata.Missing(GgufKeys.Merges, "an array of strings"),
            PreTokenizer = kind,
            IgnoreMerges = isLlama3,
            BosId = Id(metadata, GgufKeys.BosId, pieces.Length),
            EosId = Id(metadata, GgufKeys.EosId, pieces.Length),
            UnknownId = Id(metadata, GgufKeys.UnknownId, pieces.Length),
            ExtraEndIds = EndIds(metadata, pieces.Length),
            AddBos = metadata.FindBool(GgufKeys.AddBos) ?? isLlama3,
            AddEos = metadata.FindBool(GgufKeys.AddEos) ?? false,
            SpacePrefix = metadata.FindBool(GgufKeys.AddSpacePrefix) ?? false
                ? SpacePrefix.EveryStretchWithoutSpace
                : SpacePrefix.Never,
        };
    }

    private static string[] Pieces(GgufMetadata metadata)
    {
        string[] pieces = metadata.FindArray<string>(GgufKeys.Tokens)
            ?? throw metadata.Missing(GgufKeys.Tokens, "an array of strings");
        return pieces.Length > 0 ? pieces : throw metadata.Error(GgufKeys.Tokens, "at least one token", "none");
    }

    private static T[]? OnePerPiece<T>(GgufMetadata metadata, string key, int count)
    {
        T[]? values = metadata.FindArray<T>(key);
        return values is null || values.Length == count
            ? values
            : throw metadata.Error(key, $"{count} elements, one for each token", $"{values.Length}");
    }

    // Files without types have normal tokens only; type 0 is "undefined".
    private static TokenType[] Types(GgufMetadata metadata, int count)
    {
        int[] types = OnePerPiece<int>(metadata, GgufKeys.TokenTypes, count) ?? new int[count];
        int unknown = Array.FindIndex(types, type => type is < 0 or > (int)TokenType.Byte);
        if (unknown >= 0) throw metadata.Error($"{GgufKeys.TokenTypes}[{unknown}]", "0 to 6", $"{types[unknown]}");
        return Array.ConvertAll(types, type => type == 0 ? TokenType.Normal : (TokenType)type);
    }

    private static (string Left, string Right)[]? Merges(GgufMetadata metadata)
    {
        string[]? lines = metadata.FindArray<string>(GgufKeys.Merges);
        if (lines is null) return null;
        var merges = new (string Left, string Right)[lines.Length];
        for (int i = 0; i < lines.Length; i++)
        {
            merges[i] = TokenizerVocabulary.SplitMerge(lines[i])
                ?? throw metadata.Error($"{GgufKeys.Merges}[{i}]", "two pieces with a space between", $"\"{lines[i]}\"");
        }

        return merges;
    }

    private static int? Id(GgufMetadata metadata, string key, int count) => metadata.FindInteger(key) switch
    {
        null => null,
        { } id when id >= 0 && id < count => (int)id,
        { } id => throw metadata.Error(key, $"a token id from 0 to {count - 1}", $"{id}"),
    };

    private static int[] EndIds(GgufMetadata metadata, int count) =>
        [.. new[] { Id(metadata, GgufKeys.EotId, count), Id(metadata, GgufKeys.EomId, count) }.OfType<int>()];

    private static string PreTokenizerName(TokenizerVocabulary vocabulary) =>
        vocabulary.PreTokenizer switch
        {
            PreTokenizerKind.Llama3 => vocabulary.IgnoreMerges ? Llama3Pre : Llama3PreWithMerges,
            PreTokenizerKind.Qwen2 => Qwen2Pre,
            _ => Gpt2Pre,
        };

    // GGUF ranks merges by their place, so those ranked by their result are put in its order.
    private static string[] MergeLines(TokenizerVocabulary vocabulary)
    {
        IEnumerable<(string Left, string Right)> merges = vocabulary.Merges!;
        if (vocabulary.RanksByResult)
        {
            var ids = new Dictionary<string, int>();
            for (int id = 0; id < vocabulary.Pieces.Length; id++) ids.TryAdd(vocabulary.Pieces[id], id);
            merges = merges.OrderBy(merge => ids.GetValueOrDefault(merge.Left + merge.Right, int.MaxValue));
        }

        return [.. merges.Select(merge => $"{merge.Left} {merge.Right}")];
    }
}
