using System.Text.Json;
using LLamaNet.StrictJson;

namespace LLamaNet.Checkpoints.Meta;

// params.json of a LLaMA, as Meta ships it. Defaults are those of ModelArgs in Meta's model code. Mistral's first models come in
// the same way and name the widths of heads and of the feed-forward network.
internal static class MetaParameters
{
    public const string FileName = "params.json";

    private const long MaxBytes = 1 << 20;
    private const int DefaultContext = 2048;
    private const int WidthOf1B = 2048, WidthOf3B = 3072;

    private const string HeadDim = "head_dim";
    private const string HiddenDim = "hidden_dim";
    private const string SlidingWindow = "sliding_window";

    private static readonly ConfigKeys s_keys = new(
        Width: "dim",
        Layers: "n_layers",
        Heads: "n_heads",
        KvHeads: "n_kv_heads",
        HeadDim: "dim / n_heads",
        FfnWidth: "multiple_of",
        VocabularySize: "vocab_size",
        ContextLength: "max_seq_len",
        RmsNormEpsilon: "norm_eps",
        RopeTheta: "rope_theta",
        RopeScaling: "use_scaled_rope");

    private static readonly string[] s_known =
    [
        s_keys.Width, s_keys.Layers, s_keys.Heads, s_keys.KvHeads, s_keys.FfnWidth, s_keys.VocabularySize, s_keys.ContextLength,
        s_keys.RmsNormEpsilon, s_keys.RopeTheta, s_keys.RopeScaling, HeadDim, HiddenDim, SlidingWindow, "ffn_dim_multiplier",
        "rope_scaling_factor", "rope_high_freq_factor", "max_batch_size", "model_parallel_size",
    ];

    // vocabulary: how many tokens the embedding has, given the width; the file may say -1, the tokenizer's size.
    public static LlamaConfig Read(string path, Func<int, int> vocabulary, LoadWarnings warnings)
    {
        using JsonDocument document = JsonFile.Read(path, MaxBytes);
        JsonSection json = JsonSection.Root(path, document);
        CheckKeys(json, warnings);
        int width = Count(json, s_keys.Width), heads = Count(json, s_keys.Heads);
        if (!json.Has(HeadDim) && width % heads != 0) throw json.Wrong(s_keys.Heads, $"a divisor of dim ({width})");
        int tokens = vocabulary(width);
        if (json.OptionalInteger(s_keys.VocabularySize) is { } declared && declared != -1 && declared != tokens)
            throw json.Wrong(s_keys.VocabularySize, $"-1 or the rows of tok_embeddings.weight ({tokens})");

        return ConfigLimits.Check(path, new LlamaConfig
        {
            Width = width,
            Layers = Count(json, s_keys.Layers, ConfigLimits.MaxLayers),
            Heads = heads,
            KvHeads = json.Has(s_keys.KvHeads) ? Count(json, s_keys.KvHeads) : heads,
            HeadDim = json.Has(HeadDim) ? Count(json, HeadDim, ConfigLimits.MaxHeadDim) : width / heads,
            FfnWidth = FfnWidth(json, width),
            VocabularySize = tokens,
            ContextLength = json.Has(s_keys.ContextLength) ? Count(json, s_keys.ContextLength) : DefaultContext,
            RmsNormEpsilon = json.OptionalNumber(s_keys.RmsNormEpsilon) ?? 1e-5f,
            RopeTheta = json.OptionalNumber(s_keys.RopeTheta) ?? 10000f,
            RopeScaling = Scaling(json, width),
            SlidingWindow = json.Has(SlidingWindow) ? Count(json, SlidingWindow) : null,
        }, json.Has(HeadDim) ? s_keys with { HeadDim = HeadDim } : s_keys);
    }

    private static int Count(JsonSection json, string key, int most = ConfigLimits.MaxSize) =>
        ConfigLimits.Count(json.Path, key, json.Integer(key), most);

    // Sections change the computation, numbers and flags that nobody knows may.
    private static void CheckKeys(JsonSection json, LoadWarnings warnings)
    {
        foreach (JsonProperty property in json.Element.EnumerateObject().Where(property => json.Has(property.Name)))
        {
            if (property.Value.ValueKind is JsonValueKind.Object or JsonValueKind.Array)
                throw json.Wrong(property.Name, "none (not supported)");
            if (!s_known.Contains(property.Name))
                warnings.Add(json.Path, $"{JsonText.OneLine(property.Name)}: not known here, so left out");
        }
    }

    // Meta's formula: two thirds of 4 dim, times a factor, rounded up to a multiple; each product truncated.
    private static int FfnWidth(JsonSection json, int width)
    {
        if (json.Has(HiddenDim)) return Count(json, HiddenDim);
        long hidden = 2L * (4L * width) / 3;
        if (json.OptionalNumber("ffn_dim_multiplier") is not null)
        {
            double multiplier = json.Find("ffn_dim_multiplier")!.Value.GetDouble();
            if (!(multiplier > 0 && multiplier <= 1024))
                throw json.Wrong("ffn_dim_multiplier", "a number above 0 and at most 1024");
            hidden = (long)(multiplier * hidden);
        }

        long multiple = json.Has(s_keys.FfnWidth) ? Count(json, s_keys.FfnWidth) : 256;
        return ConfigLimits.Count(json.Path, s_keys.FfnWidth, (hidden + multiple - 1) / multiple * multiple);
    }

    // The constants of LLaMA 3.1, and of the 1B and 3B models of LLaMA 3.2, stand in Meta's code, not in the file; later files
    // may name other factors.
    private static RopeScaling Scaling(JsonSection json, int width) => json.OptionalFlag(s_keys.RopeScaling) == true
        ? new RopeScaling.Llama3(
            json.OptionalNumber("rope_scaling_factor") ?? (width is WidthOf1B or WidthOf3B ? 32f : 8f),
            LowFrequencyFactor: 1f,
            json.OptionalNumber("rope_high_freq_factor") ?? 4f,
            OriginalContextLength: 8192)
        : RopeScaling.None;
}
