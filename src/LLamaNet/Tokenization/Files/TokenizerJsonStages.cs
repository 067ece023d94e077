using LLamaNet.Tokenization.Merging;

namespace LLamaNet.Tokenization.Files;

// What tokenizer.json does around its model: normalizer, pre_tokenizer, post_processor. A stage that would change ids and is
// not known here is an error; the decoder needs no reading, as it follows from the kind.
// WordPattern: null for BPE over characters. BosId, EosId: those that the post-processor adds.
internal sealed record TokenizerJsonStages(PreTokenizerKind? WordPattern, SpacePrefix SpacePrefix, int? BosId, int? EosId)
{
    private const string Space = "▁";
    private const string Llama3Pattern =
        @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
    private const string Qwen2Pattern =
        @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
    private const string Gpt2Pattern = @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";
    private const string Gpt2PatternGrouped = @"'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";

    public static TokenizerJsonStages Read(JsonPlace root)
    {
        var stages = new TokenizerJsonStages(null, SpacePrefix.Never, null, null);
        List<JsonPlace> preTokenizers = Flatten(root.Find("pre_tokenizer"), "pretokenizers");
        bool isByteLevel = preTokenizers.Exists(p => TypeOf(p) == "ByteLevel");
        foreach (JsonPlace normalizer in Flatten(root.Find("normalizer"), "normalizers"))
            stages = isByteLevel ? stages.NormalizeBytes(normalizer) : stages.Normalize(normalizer);
        foreach (JsonPlace preTokenizer in preTokenizers) stages = stages.PreTokenize(preTokenizer);
        if (stages.WordPattern is not null && !isByteLevel) throw preTokenizers[0].Error("ByteLevel behind Split");
        foreach (JsonPlace processor in Flatten(root.Find("post_processor"), "processors"))
            stages = stages.PostProcess(processor);

        bool fallsBackToBytes = root.Get("model").Find("byte_fallback")?.Flag() ?? false;
        return isByteLevel && fallsBackToBytes
            ? throw root.Get("model").Get("byte_fallback").Error("false, as the pieces are bytes already")
            : stages;
    }

    // Composition is not applied, as in llama.cpp: most text is composed already.
    private TokenizerJsonStages NormalizeBytes(JsonPlace normalizer) =>
        TypeOf(normalizer) == "NFC" ? this : throw normalizer.Error("no normalizer before bytes, or NFC");

    // Unicode normalizers of SentencePiece are not applied, as in llama.cpp.
    private TokenizerJsonStages Normalize(JsonPlace normalizer)
    {
        switch (TypeOf(normalizer))
        {
            case "Prepend" when normalizer.Get("prepend").Text() == Space:
                return this with { SpacePrefix = SpacePrefix.EveryStretch };
            case "Replace" when normalizer.Get("pattern").Find("String")?.Text() == " "
                && normalizer.Get("content").Text() == Space:
            case "Precompiled" or "Nmt" or "NFC" or "NFKC":
                return this;
            default:
                throw normalizer.Get("type").Error("Prepend ▁, Replace of a space by ▁, or a Unicode normalization");
        }
    }

    private TokenizerJsonStages PreTokenize(JsonPlace preTokenizer)
    {
        switch (TypeOf(preTokenizer))
        {
            case "Metaspace":
                return this with { SpacePrefix = ReadMetaspace(preTokenizer) };
            case "Split":
                return this with { WordPattern = ReadSplit(preTokenizer) };
            case "ByteLevel":
                bool splits = preTokenizer.Find("use_regex")?.Flag() ?? true;
                bool addsSpace = preTokenizer.Find("add_prefix_space")?.Flag() ?? true;
                if (splits == WordPattern is not null) throw preTokenizer.Error("one pattern that cuts words, here or in Split");
                if (addsSpace && !splits) throw preTokenizer.Get("add_prefix_space").Error("false after Split");
                return this with
                {
                    WordPattern = WordPattern ?? PreTokenizerKind.Gpt2,
                    SpacePrefix = addsSpace ? SpacePrefix.EveryStretchWithoutSpace : SpacePrefix.Never,
                };
            default:
                throw preTokenizer.Get("type").Error("Metaspace, Split or ByteLevel");
        }
    }

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

    private static PreTokenizerKind ReadSplit(JsonPlace split)
    {
        JsonPlace behavior = split.Get("behavior");
        bool inverts = split.Find("invert")?.Flag() ?? false;
        // The patterns match every character, so that what lies between matches is empty.
        if ((behavior.Text(), inverts) is not (("Isolated", false) or ("Removed", true))) throw behavior.Error("Isolated");
        JsonPlace pattern = split.Get("pattern").Get("Regex");
        return pattern.Text() switch
        {
            Llama3Pattern => PreTokenizerKind.Llama3,
            Qwen2Pattern => PreTokenizerKind.Qwen2,
            Gpt2Pattern or Gpt2PatternGrouped => PreTokenizerKind.Gpt2,
            _ => throw pattern.Error("the pattern of LLaMA 3, of Qwen2 or of GPT-2"),
        };
    }

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
