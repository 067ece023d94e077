using LLamaNet.Tokenization.Merging;
using LLamaNet.Tokenization.Normalization;
using LLamaNet.Tokenization.Words;

namespace LLamaNet.Tokenization.Files;

// What tokenizer.json does around its model: normalizer, pre_tokenizer, post_processor. A stage that would change ids and is
// not known here is an error; the decoder needs no reading, as it follows from the kind.
// Words: null for BPE over characters. BosId, EosId: those that the post-processor adds.
internal sealed record TokenizerJsonStages(
    PreTokenizer? Words, TextNormalizer? Normalizer, SpacePrefix SpacePrefix, int? BosId, int? EosId)
{
    private const string Space = "▁";
    // Of Rust's is_ascii_punctuation, which counts some symbols.
    private const string Punctuation = @"[\p{P}\$\+<=>\^`\|~]";

    public static TokenizerJsonStages Read(JsonPlace root)
    {
        List<JsonPlace> preTokenizers = Flatten(root.Find("pre_tokenizer"), "pretokenizers");
        bool isByteLevel = preTokenizers.Exists(p => TypeOf(p) == "ByteLevel");
        TokenizerJsonNormalizers normalizers = TokenizerJsonNormalizers.Read(
            Flatten(root.Find("normalizer"), "normalizers"), isByteLevel);
        var stages = new TokenizerJsonStages(
            null, normalizers.Normalizer, normalizers.PrependsSpace ? SpacePrefix.EveryStretch : SpacePrefix.Never, null, null);
        var patterns = new List<WordPattern>();
        foreach (JsonPlace preTokenizer in preTokenizers)
            stages = stages.PreTokenize(preTokenizer, patterns, normalizers.EscapesSpaces);
        if (patterns.Count > 0 && !isByteLevel) throw preTokenizers[0].Error("ByteLevel behind Split");
        if (isByteLevel) stages = stages with { Words = new([.. patterns]) };
        foreach (JsonPlace processor in Flatten(root.Find("post_processor"), "processors"))
            stages = stages.PostProcess(processor);

        bool fallsBackToBytes = root.Get("model").Find("byte_fallback")?.Flag() ?? false;
        return isByteLevel && fallsBackToBytes
            ? throw root.Get("model").Get("byte_fallback").Error("false, as the pieces are bytes already")
            : stages;
    }

    private TokenizerJsonStages PreTokenize(JsonPlace preTokenizer, List<WordPattern> patterns, bool escapesSpaces)
    {
        switch (TypeOf(preTokenizer))
        {
            case "Metaspace":
                return this with { SpacePrefix = ReadMetaspace(preTokenizer) };
            // No space is left where the normalizer wrote ▁ for each.
            case "Split" when escapesSpaces && preTokenizer.Get("pattern").Find("String")?.Text() == " ":
                return this;
            case "Split":
                patterns.Add(ReadSplit(preTokenizer));
                return this;
            case "Digits":
                patterns.Add(WordPattern.Parse(
                    preTokenizer.Find("individual_digits")?.Flag() ?? false ? @"\p{N}" : @"\p{N}+"));
                return this;
            case "Punctuation":
                patterns.Add(WordPattern.Parse(ReadPunctuation(preTokenizer)));
                return this;
            case "ByteLevel":
                bool splits = preTokenizer.Find("use_regex")?.Flag() ?? true;
                bool addsSpace = preTokenizer.Find("add_prefix_space")?.Flag() ?? true;
                if (!splits && patterns.Count == 0) throw preTokenizer.Error("a pattern that cuts words, here or in Split");
                if (addsSpace && patterns.Count > 0) throw preTokenizer.Get("add_prefix_space").Error("false after Split");
                if (splits) patterns.Add(PreTokenizer.Gpt2.Patterns[0]);
                return this with { SpacePrefix = addsSpace ? SpacePrefix.EveryStretchWithoutSpace : SpacePrefix.Never };
            default:
                throw preTokenizer.Get("type").Error("Metaspace, Split, Digits, Punctuation or ByteLevel");
        }
    }

    private static string ReadPunctuation(JsonPlace punctuation) =>
        (punctuation.Find("behavior")?.Text() ?? "Isolated") switch
        {
            "Isolated" => Punctuation,
            "Contiguous" => Punctuation + "+",
            _ => throw punctuation.Get("behavior").Error("Isolated or Contiguous"),
        };

    private static SpacePrefix ReadMetaspace(JsonPlace metaspace)
    {
        if (metaspace.Find("replacement") is { } replacement && replacement.Text() != Space) throw replacement.Error(Space);
        if (metaspace.Find("split")?.Flag() ?? true)
            throw metaspace.Error("split: false, as SentencePiece merges runs of spaces");
        if (metaspace.Find("prepend_scheme") is not { } scheme)
            return metaspace.Find("add_prefix_space")?.Flag() ?? true ? SpacePrefix.EveryStretchWithoutSpace : SpacePrefix.Never;
        return scheme.Text() switch
        {
            "always" => SpacePrefix.EveryStretchWithoutSpace,
            "first" => SpacePrefix.StartWithoutSpace,
            "never" => SpacePrefix.Never,
            _ => throw scheme.Error("always, first or never"),
        };
    }

    private static WordPattern ReadSplit(JsonPlace split)
    {
        JsonPlace behavior = split.Get("behavior");
        bool inverts = split.Find("invert")?.Flag() ?? false;
        if (split.Get("pattern").Find("String") is { } text)
        {
            if ((behavior.Text(), inverts) is not ("Isolated", false)) throw behavior.Error("Isolated");
            return WordPattern.TryParse(string.Concat(text.Text().Select(Escape))) ?? throw text.Error("text");
        }

        JsonPlace regex = split.Get("pattern").Get("Regex");
        WordPattern pattern = WordPattern.TryParse(regex.Text())
            ?? throw regex.Error("a pattern that is known here, as those of LLaMA 3, Qwen2 and GPT-2");
        // Inverted, what lies between matches would vanish: nothing lies there where a pattern ends so.
        bool matchesAll = pattern.Text.EndsWith(@"|\s+", StringComparison.Ordinal);
        return (behavior.Text(), inverts, matchesAll) is ("Isolated", false, _) or ("Removed", true, true)
            ? pattern
            : throw behavior.Error("Isolated");
    }

    private static string Escape(char c) => char.IsAscii(c) && !char.IsAsciiLetterOrDigit(c) && c >= ' ' ? $"\\{c}" : $"{c}";

    private TokenizerJsonStages PostProcess(JsonPlace processor)
    {
        switch (TypeOf(processor))
        {
            case "ByteLevel":
                return this;
            case "TemplateProcessing":
                return ReadTemplate(processor);
            default:
                throw processor.Get("type").Error("TemplateProcessing or ByteLevel");
        }
    }

    // [BOS] text [EOS]
    private TokenizerJsonStages ReadTemplate(JsonPlace processor)
    {
        TokenizerJsonStages stages = this;
        bool afterText = false;
        foreach (JsonPlace item in processor.Get("single").Items)
        {
            if (item.Find("Sequence") is not null)
            {
                afterText = afterText ? throw item.Error("one text") : true;
                continue;
            }

            string name = item.Get("SpecialToken").Get("id").Text();
            List<JsonPlace> ids = [.. processor.Get("special_tokens").Get(name).Get("ids").Items];
            if (ids.Count != 1 || (afterText ? stages.EosId : stages.BosId) is not null)
                throw item.Error("at most one token before the text and one behind it");
            stages = afterText ? stages with { EosId = ids[0].Id() } : stages with { BosId = ids[0].Id() };
        }

        return stages;
    }

    private static string TypeOf(JsonPlace stage) => stage.Get("type").Text();

    private static List<JsonPlace> Flatten(JsonPlace? stage, string listName)
    {
        var stages = new List<JsonPlace>();
        if (stage is { } found) Flatten(found, listName, stages);
        return stages;
    }

    private static void Flatten(JsonPlace stage, string listName, List<JsonPlace> stages)
    {
        if (TypeOf(stage) != "Sequence")
        {
            stages.Add(stage);
            return;
        }

        foreach (JsonPlace item in stage.Get(listName).Items) Flatten(item, listName, stages);
    }
}
