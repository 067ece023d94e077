using LLamaNet.Tokenization.Files;
using LLamaNet.Tokenization.Merging;
using LLamaNet.Tokenization.Normalization;
using LLamaNet.Tokenization.Vocabulary;
using LLamaNet.Tokenization.Words;

namespace LLamaNet.Checkpoints.Gguf;

// The tokenizer in a GGUF file: tokenizer.ggml.* keys.
internal static class GgufVocabulary
{
    private const string SentencePiece = "llama";
    private const string ByteLevel = "gpt2";
    private const string NoVocabulary = "no_vocab";
    private const string None = "none";
    private const string RemoveExtraSpaces = "tokenizer.ggml.remove_extra_whitespaces";

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

    // The keys that say the same. What GGUF has no key for is left out and told: path, where it stands.
    public static IEnumerable<KeyValuePair<string, object>> Write(
        TokenizerVocabulary vocabulary, string path, LoadWarnings warnings)
    {
        WarnOfLosses(vocabulary, path, warnings);
        bool byteLevel = vocabulary.Kind == TokenizerModelKind.ByteLevelBpe;
        yield return new(GgufKeys.TokenizerModel, byteLevel ? ByteLevel : SentencePiece);
        if (byteLevel) yield return new(GgufKeys.TokenizerPre, PreTokenizerName(vocabulary, path, warnings));
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
        if (RemovesExtraSpaces(vocabulary)) yield return new(RemoveExtraSpaces, true);
        yield return new(GgufKeys.AddSpacePrefix, vocabulary.SpacePrefix != SpacePrefix.Never);
    }

    private static TokenizerVocabulary ReadSentencePiece(GgufMetadata metadata)
    {
        string[] pieces = Pieces(metadata);
        return new TokenizerVocabulary
        {
            Kind = TokenizerModelKind.SentencePieceBpe,
            Pieces = pieces,
            Scores = Scores(metadata, pieces.Length),
            Types = Types(metadata, pieces.Length),
            Merges = Merges(metadata),
            // As llama.cpp does, files without a key mean the ids that SentencePiece gives.
            BosId = Id(metadata, GgufKeys.BosId, pieces.Length, usual: 1),
            EosId = Id(metadata, GgufKeys.EosId, pieces.Length, usual: 2),
            UnknownId = Id(metadata, GgufKeys.UnknownId, pieces.Length, usual: 0),
            ExtraEndIds = EndIds(metadata, pieces.Length),
            AddBos = metadata.FindBool(GgufKeys.AddBos) ?? true,
            AddEos = metadata.FindBool(GgufKeys.AddEos) ?? false,
            Normalizer = metadata.FindBool(RemoveExtraSpaces) ?? false
                ? new([NormalizerStep.RemoveExtraSpaces])
                : null,
            SpacePrefix = metadata.FindBool(GgufKeys.AddSpacePrefix) ?? true ? SpacePrefix.EveryStretch : SpacePrefix.Never,
        };
    }

    private static TokenizerVocabulary ReadByteLevel(GgufMetadata metadata)
    {
        string[] pieces = Pieces(metadata);
        NamedPreTokenizer words = PreTokenizerOf(metadata, pieces);
        return new TokenizerVocabulary
        {
            Kind = TokenizerModelKind.ByteLevelBpe,
            Pieces = pieces,
            Types = Types(metadata, pieces.Length),
            Merges = Merges(metadata) ?? throw metadata.Missing(GgufKeys.Merges, "an array of strings"),
            PreTokenizer = words.Rule,
            IgnoreMerges = words.IgnoresMerges,
            BosId = Id(metadata, GgufKeys.BosId, pieces.Length, usual: null),
            EosId = Id(metadata, GgufKeys.EosId, pieces.Length, usual: null),
            UnknownId = Id(metadata, GgufKeys.UnknownId, pieces.Length, usual: null),
            ExtraEndIds = EndIds(metadata, pieces.Length),
            AddBos = metadata.FindBool(GgufKeys.AddBos) ?? words.AddsBos,
            AddEos = metadata.FindBool(GgufKeys.AddEos) ?? false,
            SpacePrefix = metadata.FindBool(GgufKeys.AddSpacePrefix) ?? false
                ? SpacePrefix.EveryStretchWithoutSpace
                : SpacePrefix.Never,
        };
    }

    // Files older than the key are LLaMA 3's, by their tokens, or take llama.cpp's default.
    private static NamedPreTokenizer PreTokenizerOf(GgufMetadata metadata, string[] pieces)
    {
        if (metadata.FindString(GgufKeys.TokenizerPre) is { } name)
        {
            return NamedPreTokenizer.Find(name)
                ?? throw metadata.Error(GgufKeys.TokenizerPre, "llama-bpe, gpt-2, qwen2 or another name of llama.cpp's", name);
        }

        NamedPreTokenizer taken =
            pieces.Contains("<|begin_of_text|>") ? NamedPreTokenizer.Llama3 : NamedPreTokenizer.Default;
        metadata.Warn(
            GgufKeys.TokenizerPre, $"no such key; {taken.Names[0]} is taken, so text may be cut otherwise than in training");
        return taken;
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
        if (values is null || values.Length == count) return values;
        if (values.Length < count) throw metadata.Error(key, $"{count} elements, one for each token", $"{values.Length}");
        metadata.Warn(key, $"{values.Length} elements for {count} tokens; the last {values.Length - count} are left out");
        return values[..count];
    }

    private static float[] Scores(GgufMetadata metadata, int count)
    {
        bool areWhole = metadata.Values.GetValueOrDefault(GgufKeys.Scores) is Array array && array.GetType() == typeof(int[]);
        float[]? scores = areWhole
            ? Array.ConvertAll(OnePerPiece<int>(metadata, GgufKeys.Scores, count)!, score => (float)score)
            : OnePerPiece<float>(metadata, GgufKeys.Scores, count);
        if (scores is null) metadata.Warn(GgufKeys.Scores, "no such key; all scores are 0, so the left-most pieces join first");
        if (scores?.Any(float.IsNaN) == true) throw metadata.Error(GgufKeys.Scores, "numbers", "NaN");
        return scores ?? new float[count];
    }

    // Files without types have normal tokens only; type 0 is "undefined", and llama.cpp takes those it does not know for it.
    private static TokenType[] Types(GgufMetadata metadata, int count)
    {
        int[] types = OnePerPiece<int>(metadata, GgufKeys.TokenTypes, count) ?? new int[count];
        int unknown = Array.FindIndex(types, type => type is < 0 or > (int)TokenType.Byte);
        if (unknown >= 0)
            metadata.Warn(GgufKeys.TokenTypes, $"type {types[unknown]} of token {unknown} is unknown; normal is taken");
        return Array.ConvertAll(types, type => type is <= 0 or > (int)TokenType.Byte ? TokenType.Normal : (TokenType)type);
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

    // usual: the id where the file names none, or none of the vocabulary's; null where there is none then.
    private static int? Id(GgufMetadata metadata, string key, int count, int? usual)
    {
        long? found = metadata.FindInteger(key);
        if (found >= 0 && found < count) return (int)found;
        int? taken = usual < count ? usual : null;
        string taking = taken is null ? "none is taken" : $"{taken} is taken";
        if (found is not null) metadata.Warn(key, $"{found} is no id of the {count} tokens; {taking}");
        else if (taken is not null) metadata.Warn(key, $"no such key; {taking}");
        return taken;
    }

    private static int[] EndIds(GgufMetadata metadata, int count) =>
    [
        .. new[] { GgufKeys.EotId, GgufKeys.EomId }.Select(key => Id(metadata, key, count, usual: null)).OfType<int>(),
    ];

    private static string PreTokenizerName(TokenizerVocabulary vocabulary, string path, LoadWarnings warnings)
    {
        PreTokenizer rule = vocabulary.PreTokenizer;
        if (NamedPreTokenizer.Find(rule, vocabulary.IgnoreMerges) is { } named) return named.Names[0];
        named = NamedPreTokenizer.Find(rule, !vocabulary.IgnoreMerges) ?? throw new ModelFormatException(
            path, "tokenizer", "a pre-tokenizer that GGUF has a name for", "one of its own");
        warnings.Add(path, $"tokenizer: GGUF has no name for {named.Names[0]} with ignore_merges {vocabulary.IgnoreMerges}");
        return named.Names[0];
    }

    private static bool RemovesExtraSpaces(TokenizerVocabulary vocabulary) =>
        vocabulary.Kind == TokenizerModelKind.SentencePieceBpe
        && vocabulary.Normalizer?.Words == NormalizerStep.RemoveExtraSpaces.Name;

    private static void WarnOfLosses(TokenizerVocabulary vocabulary, string path, LoadWarnings warnings)
    {
        if (RemovesExtraSpaces(vocabulary)) Warn("llama.cpp does not do what remove_extra_whitespaces says");
        else if (vocabulary.Normalizer is { } normalizer) Warn($"GGUF has no key for the normalizer {normalizer.Words}");
        if (!vocabulary.FallsBackToBytes && vocabulary.Kind == TokenizerModelKind.SentencePieceBpe
            && vocabulary.Pieces.Any(piece => ByteToken.TryParse(piece, out _)))
            Warn("GGUF has no key for byte_fallback false");
        if (vocabulary.AddedTokens.Any(token => token.LeftStrip || token.RightStrip || token.SingleWord))
            Warn("GGUF has no key for lstrip, rstrip and single_word of added tokens");

        void Warn(string what) => warnings.Add(path, $"tokenizer: {what}, so the GGUF file may cut text in another way");
    }

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
