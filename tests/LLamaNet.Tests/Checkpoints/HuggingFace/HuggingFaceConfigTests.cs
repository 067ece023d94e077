using System.Text.Json;
using System.Text.Json.Nodes;
using LLamaNet.Checkpoints.HuggingFace;
using LLamaNet.StrictJson;
using Xunit;

namespace LLamaNet.Tests.Checkpoints.HuggingFace;

public class HuggingFaceConfigTests
{
    private const string Llama = """
        {"model_type": "llama", "hidden_size": 64, "intermediate_size": 172, "num_hidden_layers": 5, "num_attention_heads": 8,
         "vocab_size": 512, "max_position_embeddings": 512, "rms_norm_eps": 1e-5}
        """;

    private static readonly LlamaConfig s_config = TestConfigs.Stories260K with { KvHeads = 8, TiedEmbeddings = false };

    [Fact]
    public void Absent_and_null_keys_have_the_defaults_of_transformers()
    {
        Assert.Equal(s_config, Read("{}"));
        Assert.Equal(s_config, Read("""{"num_key_value_heads": null, "head_dim": null, "rope_scaling": null,"""
            + """ "rope_parameters": null, "quantization_config": null}"""));
        Assert.Equal(
            s_config with { ContextLength = 2048, RmsNormEpsilon = 1e-6f },
            Read("""{"max_position_embeddings": null, "rms_norm_eps": null}"""));
    }

    [Fact]
    public void Present_keys_are_read()
    {
        Assert.Equal(s_config with { KvHeads = 2 }, Read("""{"num_key_value_heads": 2}"""));
        Assert.Equal(s_config with { HeadDim = 24 }, Read("""{"head_dim": 24}"""));
        Assert.Equal(
            s_config with { HeadDim = 10, Heads = 7, KvHeads = 7 }, Read("""{"head_dim": 10, "num_attention_heads": 7}"""));
        Assert.Equal(s_config with { TiedEmbeddings = true }, Read("""{"tie_word_embeddings": true}"""));
        Assert.Equal(s_config with { RopeTheta = 500000 }, Read("""{"rope_theta": 500000.0}"""));
        Assert.Equal(s_config, Read("""{"attention_bias": false, "mlp_bias": false, "hidden_act": "silu", "pretraining_tp": 2,"""
            + """ "use_cache": true}"""));
        Assert.Equal(s_config, Read("""{"model_type": null, "architectures": ["LLaMAForCausalLM"]}"""));
    }

    // The defaults of transformers.
    [Theory]
    [InlineData("mistral", "", 4096)]
    [InlineData("phi3", "", null)]
    [InlineData("qwen2", """ "use_sliding_window": true, "max_window_layers": 1 """, 4096)]
    [InlineData("smollm3", """ "use_sliding_window": true """, null)]
    public void A_window_that_the_file_does_not_say_is_the_architectures(string type, string changes, int? window) =>
        Assert.Equal(window, Read(Keys(type, changes)).SlidingWindow);

    [Theory]
    [InlineData("smollm3", 2_000_000)]
    [InlineData("qwen2", 10_000)]
    public void A_base_of_rotation_that_the_file_does_not_say_is_the_architectures(string type, float theta) =>
        Assert.Equal(theta, Read(Keys(type, "")).RopeTheta);

    [Fact]
    public void The_window_of_SmolLM3_is_that_of_the_layers_without_rotation()
    {
        LlamaConfig config = Read(Keys("smollm3", """ "use_sliding_window": true, "sliding_window": 8 """));
        Assert.Equal(8, config.SlidingWindow);
        Assert.All(
            Enumerable.Range(0, config.Layers),
            layer => Assert.NotEqual(config.UnrotatedLayers.Contains(layer), config.FullAttentionLayers.Contains(layer)));
    }

    [Fact]
    public void A_Mistral_without_a_window_is_a_LLaMA()
    {
        Assert.Equal(s_config, Read("""{"model_type": "mistral", "num_key_value_heads": 8, "sliding_window": null}"""));
        Assert.Equal(
            s_config with { SlidingWindow = 512 },
            Read("""{"model_type": "mistral", "num_key_value_heads": 8, "sliding_window": 512}"""));
    }

    [Fact]
    public void Biases_are_those_that_the_architecture_and_the_file_say()
    {
        Assert.Equal(s_config with { QkvBias = true, AttentionOutputBias = true }, Read("""{"attention_bias": true}"""));
        Assert.Equal(s_config with { FfnBias = true }, Read("""{"mlp_bias": true}"""));
        Assert.Equal(s_config with { QkvBias = true }, Read(Keys("qwen2", """ "attention_bias": true """)));
        Assert.Equal(s_config, Read(Keys("mistral", """ "attention_bias": true, "sliding_window": null """)));
    }

    [Theory]
    [InlineData("""{"use_sliding_window": false, "sliding_window": 8}""", null, "[]")]
    [InlineData("""{"sliding_window": 8}""", null, "[]")]
    [InlineData("""{"use_sliding_window": true, "sliding_window": null}""", null, "[]")]
    [InlineData("""{"use_sliding_window": true, "sliding_window": 8, "max_window_layers": 2}""", 8, "[0, 1]")]
    [InlineData("""{"use_sliding_window": true, "sliding_window": 8, "max_window_layers": 28}""", null, "[]")]
    [InlineData("""{"use_sliding_window": true, "sliding_window": 8, "max_window_layers": 0}""", 8, "[]")]
    public void Windows_have_the_layers_that_the_file_says(string changes, int? window, string full)
    {
        string keys = Keys("qwen2", changes.Trim('{', '}'));
        LlamaConfig config = Read(keys);
        Assert.Equal((window, full), (config.SlidingWindow, $"{config.FullAttentionLayers}"));
    }

    [Fact]
    public void A_list_of_layer_types_goes_before_a_number()
    {
        const string Types =
            """["sliding_attention", "full_attention", "sliding_attention", "full_attention", "full_attention"]""";
        LlamaConfig config = Read(Keys(
            "qwen2", $""" "use_sliding_window": true, "sliding_window": 8, "max_window_layers": 9, "layer_types": {Types} """));
        Assert.Equal(new LayerSet([1, 3, 4]), config.FullAttentionLayers);
    }

    [Theory]
    [InlineData(""" "no_rope_layers": [1, 0, 1, 1, 0] """, "[1, 4]")]
    [InlineData(""" "no_rope_layer_interval": 2 """, "[1, 3]")]
    [InlineData(""" "no_rope_layers": null """, "[3]")]
    public void Layers_without_rotation_are_listed_or_counted(string changes, string layers) =>
        Assert.Equal(layers, $"{Read(Keys("smollm3", changes)).UnrotatedLayers}");

    [Fact]
    public void Multipliers_are_Granites()
    {
        const string Multipliers =
            """ "embedding_multiplier": 12, "attention_multiplier": 0.5, "residual_multiplier": 0.25, "logits_scaling": 8 """;
        LlamaConfig expected = s_config with
        {
            EmbeddingMultiplier = 12,
            AttentionMultiplier = 0.5f,
            ResidualMultiplier = 0.25f,
            LogitsDivisor = 8,
        };
        Assert.Equal(expected, Read(Keys("granite", Multipliers)));
        Assert.Equal(s_config, Read(Keys("llama", Multipliers)));
    }

    [Fact]
    public void A_part_of_each_head_is_rotated_where_the_file_says()
    {
        string phi = Keys("phi3", """ "sliding_window": null, "partial_rotary_factor": 0.75 """);
        Assert.Equal(s_config with { RopeDim = 6 }, Read(phi));
        var odd = Assert.Throws<ModelFormatException>(() => Read(phi.Replace("0.75", "0.4", StringComparison.Ordinal)));
        Assert.Equal(("partial_rotary_factor", "3"), (odd.Place, odd.Found));
    }

    [Theory]
    [InlineData(512, 4, 1f)]
    [InlineData(256, 4, 1.0607f)]
    public void Longrope_has_two_sets_of_factors(int original, int pairs, float attention)
    {
        string factors = $"[{string.Join(", ", Enumerable.Range(1, pairs))}]";
        string scaling = $$"""{"type": "longrope", "short_factor": {{factors}}, "long_factor": {{factors}}}""";
        LlamaConfig config = Read(
            Keys("llama", $""" "original_max_position_embeddings": {original}, "rope_scaling": {scaling} """));
        var longRope = Assert.IsType<RopeScaling.LongRope>(config.RopeScaling);
        Assert.Equal([1, 2, 3, 4], longRope.ShortFactors);
        Assert.Equal((original, attention), (longRope.OriginalContextLength, MathF.Round(longRope.AttentionFactor, 4)));
        Assert.Equal(longRope, new RopeScaling.LongRope([1, 2, 3, 4], [1, 2, 3, 4], original, longRope.AttentionFactor));
    }

    [Theory]
    [InlineData("qwen2", """ "use_sliding_window": true """, "layer_types")]
    [InlineData("qwen2", """ "use_sliding_window": true, "sliding_window": 0 """, "sliding_window")]
    [InlineData("qwen2", """ "use_sliding_window": true, "sliding_window": 8 """, "layer_types")]
    [InlineData(
        "qwen2", """ "use_sliding_window": true, "sliding_window": 8, "layer_types": ["full_attention"] """, "layer_types")]
    [InlineData("smollm3", """ "no_rope_layers": [1, 0] """, "no_rope_layers")]
    [InlineData("smollm3", """ "no_rope_layers": [1, 0, 2, 1, 1] """, "no_rope_layers")]
    [InlineData("smollm3", """ "no_rope_layer_interval": 0 """, "no_rope_layer_interval")]
    [InlineData("granite", """ "logits_scaling": 0 """, "logits_scaling")]
    [InlineData("granite", """ "num_key_value_heads": null """, "num_key_value_heads")]
    [InlineData("phi3", """ "sliding_window": 0 """, "sliding_window")]
    public void Keys_of_an_architecture_are_checked(string type, string changes, string place) =>
        Assert.Equal(place, Assert.Throws<ModelFormatException>(() => Read(Keys(type, changes))).Place);

    [Theory]
    [InlineData("""{"rope_scaling": {"type": "default"}}""", "Default")]
    [InlineData("""{"rope_scaling": {"rope_type": "linear", "factor": 4.0}}""", "Linear(4)")]
    [InlineData("""{"rope_scaling": {"type": "linear", "factor": 4}}""", "Linear(4)")]
    [InlineData("""{"rope_scaling": {"type": "dynamic", "factor": 2.0}}""", "Dynamic(2, 512)")]
    [InlineData(
        """{"rope_scaling": {"rope_type": "dynamic", "factor": 2.0, "original_max_position_embeddings": 256}}""",
        "Dynamic(2, 256)")]
    [InlineData(
        """{"rope_scaling": {"type": "yarn", "factor": 16.0, "original_max_position_embeddings": 32, "finetuned": true}}""",
        "Yarn(16, 32, 32, 1, )")]
    [InlineData("""{"rope_scaling": {"rope_type": "yarn", "original_max_position_embeddings": 128}}""", "Yarn(4, 128, 32, 1, )")]
    [InlineData(
        """{"rope_scaling": {"rope_type": "yarn", "factor": 2, "beta_fast": 16, "beta_slow": 2, "attention_factor": 1.5}}""",
        "Yarn(2, 512, 16, 2, 1.5)")]
    [InlineData(
        """{"rope_scaling": {"rope_type": "yarn", "factor": 1, "beta_fast": 0, "beta_slow": null}}""", "Yarn(1, 512, 32, 1, 1)")]
    [InlineData(
        """{"rope_scaling": {"rope_type": "yarn", "factor": 40, "mscale": 1.0, "mscale_all_dim": 1.0}}""",
        "Yarn(40, 512, 32, 1, 1)")]
    [InlineData("""{"rope_scaling": {"rope_type": "yarn", "factor": 40, "mscale": 0.707}}""", "Yarn(40, 512, 32, 1, )")]
    [InlineData(
        """{"rope_scaling": {"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,"""
            + """ "original_max_position_embeddings": 64}}""",
        "Llama3(8, 1, 4, 64)")]
    public void Every_rope_scaling_is_read(string changes, string expected)
    {
        Assert.Equal(expected, InWords(Read(changes)));

        // transformers 5: the same under rope_parameters, with the base beside it.
        string moved = changes.Replace("\"rope_scaling\": {", "\"rope_parameters\": {\"rope_theta\": 5000.0, ");
        Assert.Equal(expected, InWords(Read(moved)));
        Assert.Equal(5000f, Read(moved).RopeTheta);
    }

    [Fact]
    public void Rope_parameters_may_hold_the_base_alone()
    {
        Assert.Equal(s_config with { RopeTheta = 77 }, Read("""{"rope_parameters": {"rope_theta": 77}}"""));
        Assert.Equal(s_config with { RopeTheta = 77 }, Read("""{"rope_parameters": {"rope_theta": 77, "rope_type": "default","""
            + """ "partial_rotary_factor": 1.0}, "rope_theta": 5}"""));
    }

    [Theory]
    [InlineData("""{"rope_scaling": {"type": "linear", "factor": 2}, "rope_parameters": {"rope_theta": 77}}""", "Linear(2)", 77)]
    [InlineData(
        """{"rope_scaling": {"type": "linear", "factor": 2, "rope_theta": 5}, "rope_parameters": {"rope_theta": 77}}""",
        "Linear(2)", 5)]
    [InlineData("""{"rope_scaling": {"type": "linear", "factor": 2}, "rope_parameters": {"rope_type": "linear", "factor": 3},"""
        + """ "rope_theta": 7}""", "Linear(2)", 7)]
    [InlineData("""{"rope_scaling": {}, "rope_parameters": {"rope_type": "linear", "factor": 3}}""", "Linear(3)", 10000)]
    public void A_file_with_both_scales_as_rope_scaling_says(string changes, string scaling, float theta)
    {
        LlamaConfig config = Read(changes);
        Assert.Equal((scaling, theta), (InWords(config), config.RopeTheta));
    }

    [Theory]
    [InlineData("""{"model_type": "gpt2"}""", "model_type", "\"gpt2\"")]
    [InlineData("""{"model_type": "llama4"}""", "model_type", "\"llama4\"")]
    [InlineData("""{"model_type": null}""", "model_type", "nothing")]
    [InlineData("""{"model_type": null, "architectures": ["GPT2LMHeadModel"]}""", "model_type", "nothing")]
    [InlineData("""{"model_type": 7}""", "model_type", "7")]
    [InlineData("""{"model_type": "mistral"}""", "num_key_value_heads", "nothing")]
    [InlineData("""{"model_type": "mistral", "num_key_value_heads": 8, "sliding_window": 0}""", "sliding_window", "0")]
    [InlineData("""{"quantization_config": {"quant_method": "gptq", "bits": 4}}""", "quantization_config",
        "quantization method \"gptq\"")]
    [InlineData("""{"quantization_config": {"load_in_4bit": true}}""", "quantization_config", "quantization method an object")]
    [InlineData("""{"attention_bias": 1}""", "attention_bias", "1")]
    [InlineData("""{"mlp_bias": 0}""", "mlp_bias", "0")]
    [InlineData("""{"hidden_act": "gelu"}""", "hidden_act", "\"gelu\"")]
    [InlineData("""{"partial_rotary_factor": 0.5}""", "partial_rotary_factor", "0.5")]
    [InlineData("""{"rope_parameters": {"partial_rotary_factor": 0.5}}""", "rope_parameters.partial_rotary_factor", "0.5")]
    [InlineData(
        """{"rope_scaling": {"type": "longrope", "factor": 2}}""", "rope_scaling.original_max_position_embeddings", "nothing")]
    [InlineData("""{"rope_scaling": {"rope_type": "proportional", "factor": 2}}""", "rope_scaling.rope_type", "\"proportional\"")]
    [InlineData("""{"rope_scaling": {"factor": 2}}""", "rope_scaling.rope_type", "nothing")]
    [InlineData("""{"rope_parameters": {"full_attention": {"rope_theta": 1}}}""", "rope_parameters.rope_type", "nothing")]
    [InlineData("""{"rope_scaling": {"type": "linear"}}""", "rope_scaling.factor", "no such key")]
    [InlineData("""{"rope_scaling": {"type": "linear", "factor": 0}}""", "rope_scaling.factor", "0")]
    [InlineData("""{"rope_scaling": {"type": "linear", "factor": -2}}""", "rope_scaling.factor", "-2")]
    [InlineData("""{"rope_scaling": {"type": "linear", "factor": "2"}}""", "rope_scaling.factor", "\"2\"")]
    [InlineData("""{"rope_scaling": {"type": "yarn", "factor": 1e99}}""", "rope_scaling.factor", "1e99")]
    [InlineData("""{"rope_scaling": {"type": "yarn", "factor": 2, "truncate": false}}""", "rope_scaling.truncate", "false")]
    [InlineData(
        """{"rope_scaling": {"type": "yarn", "factor": 2, "original_max_position_embeddings": 0}}""",
        "rope_scaling.original_max_position_embeddings", "0")]
    [InlineData(
        """{"rope_scaling": {"type": "llama3", "factor": 8, "low_freq_factor": 1, "high_freq_factor": 4}}""",
        "rope_scaling.original_max_position_embeddings", "nothing")]
    [InlineData("""{"rope_scaling": {"type": "llama3", "factor": 8, "low_freq_factor": 4, "high_freq_factor": 4,"""
        + """ "original_max_position_embeddings": 9}}""", "rope_scaling", "4")]
    [InlineData("""{"rope_scaling": []}""", "rope_scaling", "an array of 0")]
    [InlineData("""{"rope_theta": 0}""", "rope_theta", "0")]
    [InlineData("""{"rope_theta": 1e300}""", "rope_theta", "Infinity")]
    [InlineData("""{"hidden_size": null}""", "hidden_size", "no such key")]
    [InlineData("""{"hidden_size": 0}""", "hidden_size", "0")]
    [InlineData("""{"hidden_size": 16777217}""", "hidden_size", "16777217")]
    [InlineData("""{"hidden_size": 64.5}""", "hidden_size", "64.5")]
    [InlineData("""{"hidden_size": 99999999999999999999}""", "hidden_size", "99999999999999999999")]
    [InlineData("""{"num_attention_heads": 7}""", "num_attention_heads", "7")]
    [InlineData("""{"num_attention_heads": 64}""", "head_dim", "1")]
    [InlineData("""{"num_key_value_heads": 3}""", "num_key_value_heads", "3")]
    [InlineData("""{"num_key_value_heads": 16}""", "num_key_value_heads", "16")]
    [InlineData("""{"num_hidden_layers": 1025}""", "num_hidden_layers", "1025")]
    [InlineData("""{"head_dim": 514}""", "head_dim", "514")]
    [InlineData("""{"head_dim": 7}""", "head_dim", "7")]
    [InlineData("""{"rms_norm_eps": 0}""", "rms_norm_eps", "0")]
    [InlineData("""{"vocab_size": -1}""", "vocab_size", "-1")]
    [InlineData("""{"tie_word_embeddings": "yes"}""", "tie_word_embeddings", "\"yes\"")]
    public void What_is_not_supported_or_makes_no_sense_is_refused_by_name(string changes, string place, string found)
    {
        var exception = Assert.Throws<ModelFormatException>(() => Read(changes));
        Assert.Equal(("config.json", place, found), (exception.Path, exception.Place, exception.Found));
    }

    // An architecture's file: changes come after the keys that all but llama must name.
    private static string Keys(string type, string changes)
    {
        JsonObject json = JsonNode.Parse($$"""{"model_type": "{{type}}", "num_key_value_heads": 8}""")!.AsObject();
        foreach ((string key, JsonNode? value) in JsonNode.Parse($"{{{changes}}}")!.AsObject()) json[key] = value?.DeepClone();
        return json.ToJsonString();
    }

    private static LlamaConfig Read(string changes)
    {
        JsonObject json = JsonNode.Parse(Llama)!.AsObject();
        foreach ((string key, JsonNode? value) in JsonNode.Parse(changes)!.AsObject()) json[key] = value?.DeepClone();
        using JsonDocument document = JsonText.Parse("config.json", System.Text.Encoding.UTF8.GetBytes(json.ToJsonString()));
        return HuggingFaceConfig.Read(JsonSection.Root("config.json", document), new LoadWarnings());
    }

    private static string InWords(LlamaConfig config) => config.RopeScaling switch
    {
        RopeScaling.Linear linear => $"Linear({linear.Factor})",
        RopeScaling.Dynamic dynamic => $"Dynamic({dynamic.Factor}, {dynamic.OriginalContextLength})",
        RopeScaling.Yarn yarn =>
            $"Yarn({yarn.Factor}, {yarn.OriginalContextLength}, {yarn.BetaFast}, {yarn.BetaSlow}, {yarn.AttentionFactor})",
        RopeScaling.Llama3 llama3 =>
            $"Llama3({llama3.Factor}, {llama3.LowFrequencyFactor}, {llama3.HighFrequencyFactor}, {llama3.OriginalContextLength})",
        _ => "Default",
    };
}
