using System.Text.Json;

namespace LLamaNet.Checkpoints.HuggingFace;

// config.json of a LLaMA, as transformers 4 and 5 write it. What would change the forward pass and is not supported is refused
// by name. Defaults are those of transformers' LlamaConfig.
internal static class HuggingFaceConfig
{
    public const string FileName = "config.json";
    public const long MaxBytes = 1 << 20;

    private static readonly ConfigKeys s_keys = new(
        Width: "hidden_size",
        Layers: "num_hidden_layers",
        Heads: "num_attention_heads",
        KvHeads: "num_key_value_heads",
        HeadDim: "head_dim",
        FfnWidth: "intermediate_size",
        VocabularySize: "vocab_size",
        ContextLength: "max_position_embeddings",
        RmsNormEpsilon: "rms_norm_eps",
        RopeTheta: "rope_theta",
        RopeScaling: "rope_scaling");

    public static LlamaConfig Read(string path)
    {
        using JsonDocument document = JsonText.ReadFile(path, MaxBytes);
        return Read(JsonSection.Root(path, document));
    }

    public static LlamaConfig Read(JsonSection json)
    {
        int context = Count(json, s_keys.ContextLength, ConfigLimits.MaxSize, 2048);
        RefuseOtherModels(json, context);
        int width = Count(json, s_keys.Width), heads = Count(json, s_keys.Heads);
        if (!json.Has(s_keys.HeadDim) && width % heads != 0)
            throw new ModelFormatException(json.Path, s_keys.Heads, $"a divisor of {s_keys.Width} ({width}), as there is no {s_keys.HeadDim}", $"{heads}");

        (float theta, RopeScaling scaling) = HuggingFaceRope.Read(json, context);
        return ConfigLimits.Check(json.Path, new LlamaConfig
        {
            Width = width,
            Layers = Count(json, s_keys.Layers, ConfigLimits.MaxLayers),
            Heads = heads,
            KvHeads = Count(json, s_keys.KvHeads, ConfigLimits.MaxSize, heads),
            HeadDim = Count(json, s_keys.HeadDim, ConfigLimits.MaxHeadDim, width / heads),
            FfnWidth = Count(json, s_keys.FfnWidth),
            VocabularySize = Count(json, s_keys.VocabularySize),
            ContextLength = context,
            RmsNormEpsilon = json.OptionalNumber(s_keys.RmsNormEpsilon) ?? 1e-6f,
            RopeTheta = theta,
            RopeScaling = scaling,
            TiedEmbeddings = json.OptionalFlag("tie_word_embeddings") ?? false,
        }, s_keys);
    }

    private static int Count(JsonSection json, string key, int most = ConfigLimits.MaxSize) =>
        ConfigLimits.Count(json.Path, json.Place(key), json.Integer(key), most);

    private static int Count(JsonSection json, string key, int most, int absent) =>
        json.OptionalInteger(key) is { } value ? ConfigLimits.Count(json.Path, json.Place(key), value, most) : absent;

    private static void RefuseOtherModels(JsonSection json, int context)
    {
        switch (json.OptionalText("model_type"))
        {
            case "llama":
                break;
            case "mistral":
                RefuseSlidingWindow(json, context);
                break;
            case null when NamesLlama(json):
                break;
            default:
                throw json.Wrong("model_type", "\"llama\"");
        }

        if (json.Find("quantization_config") is { } quantization)
        {
            string method = quantization.ValueKind == JsonValueKind.Object && quantization.TryGetProperty("quant_method", out JsonElement name)
                ? JsonSection.Words(name)
                : JsonSection.Words(quantization);
            throw new ModelFormatException(json.Path, "quantization_config", "weights in F32, F16 or BF16", $"quantization method {method}");
        }

        foreach (string bias in (ReadOnlySpan<string>)["attention_bias", "mlp_bias"])
            if (json.OptionalFlag(bias) == true) throw json.Wrong(bias, "false (biases are not supported)");

        if (json.OptionalText("hidden_act") is { } activation and not ("silu" or "swish"))
            throw json.Wrong("hidden_act", "\"silu\"");
    }

    // Files of the first months name the class only.
    private static bool NamesLlama(JsonSection json) =>
        json.Find("architectures") is { ValueKind: JsonValueKind.Array } names
        && names.EnumerateArray().Any(name => name.ValueKind == JsonValueKind.String
            && "LlamaForCausalLM".Equals(name.GetString(), StringComparison.OrdinalIgnoreCase));

    // A Mistral whose window never closes computes what a LLaMA computes. Absent keys do not mean a LLaMA's defaults there:
    // MistralConfig has a window of 4096 and 8 key-value heads.
    private static void RefuseSlidingWindow(JsonSection json, int context)
    {
        if (!json.Has("num_key_value_heads")) throw json.Wrong("num_key_value_heads", "a number, as model_type is \"mistral\"");
        if (!json.Element.TryGetProperty("sliding_window", out JsonElement window))
            throw json.Wrong("sliding_window", "null (no sliding window), as model_type is \"mistral\"");
        if (window.ValueKind == JsonValueKind.Null) return;
        if (json.Integer("sliding_window") < context)
            throw json.Wrong("sliding_window", $"null or at least {s_keys.ContextLength} ({context}): sliding windows are not supported");
    }
}
