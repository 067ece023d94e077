using static LLamaNet.Tokenization.Words.WordPatterns;

namespace LLamaNet.Tokenization.Words;

// What tokenizer.ggml.pre names: the rule and what llama.cpp's loader takes from the name beside it. The first name is the
// one that is written.
internal sealed record NamedPreTokenizer(
    PreTokenizer Rule, bool IgnoresMerges, bool AddsBos, params IReadOnlyList<string> Names)
{
    private const string Digit = @"\p{N}";
    private const string UpToThreeDigits = @"\p{N}{1,3}";

    public static readonly NamedPreTokenizer Llama3 = new(
        PreTokenizer.Llama3, IgnoresMerges: true, AddsBos: true,
        "llama-bpe", "llama3", "llama-v3", "falcon3", "falcon-h1", "pixtral", "midm-2.0", "lfm2", "jina-v5-nano");

    // llama.cpp's rule where a file names none.
    public static readonly NamedPreTokenizer Default = Plain(
        PreTokenizer.Of(PunctuationRuns, Gpt2, @"\p{N}+", "[0-9][0-9][0-9]"), "default");

    public static readonly IReadOnlyList<NamedPreTokenizer> All =
    [
        Llama3,
        Default,
        Plain(PreTokenizer.Llama3, "smaug-bpe", "dbrx", "chatglm-bpe", "glm4"),
        Plain(
            PreTokenizer.Gpt2, "gpt-2", "gpt2", "phi-2", "jina-es", "jina-de", "jina-v2-es", "jina-v2-de", "jina-v1-en",
            "jina-v2-code", "roberta-bpe", "gigachat", "a.x-4.0", "mellum", "modern-bert", "exaone4", "mpt", "olmo", "jais",
            "trillion", "granite-docling"),
        Plain(
            PreTokenizer.Qwen2, "qwen2", "deepseek-r1-qwen", "kormo", "f2llmv2", "megrez", "stablelm2", "hunyuan",
            "solar-open", "grok-2"),
        Plain(
            PreTokenizer.Of(Digit, Gpt2), "smollm", "starcoder", "refact", "command-r", "codeshell", "exaone", "minerva-7b",
            "mellum2"),
        new(PreTokenizer.Of(Tekken), IgnoresMerges: true, AddsBos: true, "tekken"),
        Plain(PreTokenizer.Of(Gpt4O), "gpt-4o", "llama4", "kanana2", "talkie", "minimax-m2"),
        new(PreTokenizer.Of(Gpt4O), IgnoresMerges: true, AddsBos: false, "granite-embed-multi-97m"),
        Plain(
            PreTokenizer.Of("[\r\n]", DeepSeekLetters, DeepSeekSymbols, @"\s+$", DeepSeekAsian, @"\p{N}+"), "deepseek-llm"),
        Plain(PreTokenizer.Of("[\r\n]", @"\s?\p{L}+", @"\s?\p{P}+", DeepSeekAsian, Digit), "deepseek-coder"),
        Plain(
            PreTokenizer.Of(UpToThreeDigits, DeepSeek3Asian, DeepSeek3), "deepseek-v3", "hunyuan-dense", "joyai-llm", "hy_v4"),
        Plain(PreTokenizer.Of(UpToThreeDigits, DeepSeek3Asian, Spark, Digit), "spark2_5"),
        Plain(PreTokenizer.Of(FalconPunctuation, Gpt2, "[0-9][0-9][0-9]"), "falcon"),
        Plain(PreTokenizer.Of(Bloom), "bloom", "poro-chat", "gpt3-finnish"),
        Plain(PreTokenizer.Of(Bloom, Digit), "viking"),
        Plain(PreTokenizer.Of(Bailing), "bailingmoe", "bailingmoe2", "llada-moe"),
        Plain(PreTokenizer.Of(SeedCoder), "seed-coder"),
        Plain(PreTokenizer.Of(Qwen35), "qwen35"),
        Plain(PreTokenizer.Of(WithoutContraction), "ufakzeka"),
        Plain(PreTokenizer.Of("[^\n]+|[\n]+", Qwen2), "laguna"),
        Plain(PreTokenizer.Of(@"\p{N}+", @"(?=(\d{3})+(?!\d))"), "superbpe"),
        Plain(PreTokenizer.Of(@"\d{1,3}(?=(?:\d{3})*\b)", Gpt4O), "tiny_aya", "cohere2moe"),
        Plain(PreTokenizer.Of(KimiK2), "kimi-k2"),
        Plain(PreTokenizer.Of(Jais2), "jais-2"),
        new(PreTokenizer.Of(UpToThreeDigits, MiniCpm5), IgnoresMerges: true, AddsBos: false, "minicpm5"),
        new(PreTokenizer.Of(YoutuScripts, Youtu), IgnoresMerges: true, AddsBos: false, "youtu"),
    ];

    // null for a name that is not known.
    public static NamedPreTokenizer? Find(string name) => All.FirstOrDefault(named => named.Names.Contains(name));

    // null where no name means this.
    public static NamedPreTokenizer? Find(PreTokenizer rule, bool ignoresMerges) =>
        All.FirstOrDefault(named => named.Rule.Equals(rule) && named.IgnoresMerges == ignoresMerges);

    private static NamedPreTokenizer Plain(PreTokenizer rule, params IReadOnlyList<string> names) =>
        new(rule, IgnoresMerges: false, AddsBos: false, names);
}
