using System.Text.Json;
using LLamaNet.Architectures;
using LLamaNet.StrictJson;

namespace LLamaNet.Checkpoints.HuggingFace;

// config.json, as transformers 4 and 5 write it. What would change the forward pass and is not supported is refused by name.
// Absent keys have the defaults of transformers' LlamaConfig; other architectures must name those that differ.
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

    public static Architecture ReadArchitecture(string path)
    {
        using JsonDocument document = JsonFile.Read(path, MaxBytes);
        return ReadArchitecture(JsonSection.Root(path, document));
    }

    public static LlamaConfig Read(string path, LoadWarnings warnings)
    {
        using JsonDocument document = JsonFile.Read(path, MaxBytes);
        return Read(JsonSection.Root(path, document), warnings);
    }

    public static LlamaConfig Read(JsonSection json, LoadWarnings warnings)
    {
        Architecture architecture = ReadArchitecture(json);
        RefuseUnsupported(json, architecture);
        HuggingFaceForeignKeys.Check(json, architecture, warnings);
        int context = Count(json, s_keys.ContextLength, ConfigLimits.MaxSize, 2048);
        int layers = Count(json, s_keys.Layers, ConfigLimits.MaxLayers);
        int width = Count(json, s_keys.Width), heads = CountOfLayers(s_keys.Heads);
        if (!json.Has(s_keys.HeadDim) && width % heads != 0)
        {
            throw new ModelFormatException(
                json.Path, s_keys.Heads, $"a divisor of {s_keys.Width} ({width}), as there is no {s_keys.HeadDim}", $"{heads}");
        }

        int headDim = Count(json, s_keys.HeadDim, ConfigLimits.MaxHeadDim, width / heads);
        (float theta, int? ropeDim, RopeScaling scaling) = HuggingFaceRope.Read(json, context, headDim, architecture);
        (int? window, LayerSet fullAttention) = HuggingFaceLayers.ReadWindow(json, architecture, layers);
        bool attentionBias = architecture.Biases == BiasUse.Optional && json.OptionalFlag("attention_bias") == true;
        bool ffnBias = architecture.Biases == BiasUse.Optional && json.OptionalFlag("mlp_bias") == true;
        var config = new LlamaConfig
        {
            Width = width,
            Layers = layers,
            Heads = heads,
            KvHeads = json.Has(s_keys.KvHeads) ? CountOfLayers(s_keys.KvHeads) : heads,
            HeadDim = headDim,
            FfnWidth = CountOfLayers(s_keys.FfnWidth),
            VocabularySize = Count(json, s_keys.VocabularySize),
            ContextLength = context,
            RmsNormEpsilon = json.OptionalNumber(s_keys.RmsNormEpsilon) ?? 1e-6f,
            RopeTheta = theta,
            RopeScaling = scaling,
            RopeDim = ropeDim,
            UnrotatedLayers = HuggingFaceLayers.ReadUnrotated(json, architecture, layers),
            SlidingWindow = window,
            FullAttentionLayers = fullAttention,
            QkvBias = attentionBias || architecture.Biases == BiasUse.Qkv,
            AttentionOutputBias = attentionBias,
            FfnBias = ffnBias,
            QueryKeyNorm = architecture.HasQueryKeyNorm,
            TiedEmbeddings = json.OptionalFlag("tie_word_embeddings") ?? architecture.TiesByDefault,
        };
        return ConfigLimits.Check(json.Path, architecture.HasMultipliers ? WithMultipliers(config, json) : config, s_keys);

        // One number, or a list with the same number for each layer.
        int CountOfLayers(string key)
        {
            if (json.Find(key) is not { ValueKind: JsonValueKind.Array }) return Count(json, key);
            long[] counts = json.OptionalList(key, layers, "whole numbers, one a layer", element =>
                element.ValueKind == JsonValueKind.Number && element.TryGetInt64(out long count) ? count : (long?)null)!;
            if (counts.Any(count => count != counts[0])) throw json.Wrong(key, "the same number for all layers");
            warnings.Add(json.Path, $"{key}: a list with a number for each layer; all are {counts[0]}");
            return ConfigLimits.Count(json.Path, json.Place(key), counts[0]);
        }
    }

    private static LlamaConfig WithMultipliers(LlamaConfig config, JsonSection json) => config with
    {
        EmbeddingMultiplier = json.OptionalPositive("embedding_multiplier") ?? 1f,
        AttentionMultiplier = json.OptionalPositive("attention_multiplier") ?? 1f,
        ResidualMultiplier = json.OptionalPositive("residual_multiplier") ?? 1f,
        LogitsDivisor = json.OptionalPositive("logits_scaling") ?? 1f,
    };

    private static Architecture ReadArchitecture(JsonSection json)
    {
        string? type = json.OptionalText("model_type");
        if (type is null && NamesLlama(json)) return Architecture.Llama;
        return (type is null ? null : Architecture.OfTransformers(type)) ?? throw json.Wrong(
            "model_type", $"one of {string.Join(", ", Architecture.All.Select(architecture => architecture.Name))}");
    }

    private static int Count(JsonSection json, string key, int most = ConfigLimits.MaxSize) =>
        ConfigLimits.Count(json.Path, json.Place(key), json.Integer(key), most);

    private static int Count(JsonSection json, string key, int most, int absent) =>
        json.OptionalInteger(key) is { } value ? ConfigLimits.Count(json.Path, json.Place(key), value, most) : absent;

    private static void RefuseUnsupported(JsonSection json, Architecture architecture)
    {
        if (architecture != Architecture.Llama)
        {
            foreach (string key in (ReadOnlySpan<string>)[s_keys.KvHeads, s_keys.ContextLength, s_keys.RmsNormEpsilon])
                if (!json.Has(key)) throw json.Wrong(key, $"a number, as model_type is \"{architecture.Name}\"");
        }

        if (json.Find("quantization_config") is { } quantization)
        {
            bool isObject = quantization.ValueKind == JsonValueKind.Object;
            string method = isObject && quantization.TryGetProperty("quant_method", out JsonElement name)
                ? JsonSection.Words(name)
                : JsonSection.Words(quantization);
            throw new ModelFormatException(
                json.Path, "quantization_config", "weights in F32, F16 or BF16", $"quantization method {method}");
        }

        if (json.OptionalText("hidden_act") is { } activation and not ("silu" or "swish"))
            throw json.Wrong("hidden_act", "\"silu\"");
    }

    // Files of the first months name the class only.
    private static bool NamesLlama(JsonSection json) =>
        json.Find("architectures") is { ValueKind: JsonValueKind.Array } names
        && names.EnumerateArray().Any(name => name.ValueKind == JsonValueKind.String
            && "LlamaForCausalLM".Equals(name.GetString(), StringComparison.OrdinalIgnoreCase));
}
