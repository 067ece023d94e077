using System.Text.Json;
using System.Text.Json.Nodes;
using LLamaNet.Checkpoints;
using LLamaNet.Checkpoints.HuggingFace;
using Xunit;

namespace LLamaNet.Tests.Checkpoints.HuggingFace;

public class HuggingFaceConfigTests
{
    private const string Llama = """
        {"model_type": "llama", "hidden_size": 64, "intermediate_size": 172, "num_hidden_layers": 5, "num_attention_heads": 8,
         "vocab_size": 512, "max_position_embeddings": 512, "rms_norm_eps": 1e-5}
        """;

    private static readonly LlamaConfig s_config = new()
    {
        Width = 64,
        Layers = 5,
        Heads = 8,
        KvHeads = 8,
        HeadDim = 8,
        FfnWidth = 172,
        VocabularySize = 512,
        ContextLength = 512,
        RmsNormEpsilon = 1e-5f,
    };

    [Fact]
    public void Absent_and_null_keys_have_the_defaults_of_transformers()
    {
        Assert.Equal(s_config, Read("{}"));
        Assert.Equal(s_config, Read("""{"num_key_value_heads": null, "head_dim": null, "rope_scaling": null, "rope_parameters": null, "quantization_config": null}"""));
        Assert.Equal(s_config with { ContextLength = 2048, RmsNormEpsilon = 1e-6f }, Read("""{"max_position_embeddings": null, "rms_norm_eps": null}"""));
    }

    [Fact]
    public void Present_keys_are_read()
    {
        Assert.Equal(s_config with { KvHeads = 2 }, Read("""{"num_key_value_heads": 2}"""));
        Assert.Equal(s_config with { HeadDim = 24 }, Read("""{"head_dim": 24}"""));
        Assert.Equal(s_config with { HeadDim = 10, Heads = 7, KvHeads = 7 }, Read("""{"head_dim": 10, "num_attention_heads": 7}"""));
        Assert.Equal(s_config with { TiedEmbeddings = true }, Read("""{"tie_word_embeddings": true}"""));
        Assert.Equal(s_config with { RopeTheta = 500000 }, Read("""{"rope_theta": 500000.0}"""));
        Assert.Equal(s_config, Read("""{"attention_bias": false, "mlp_bias": false, "hidden_act": "silu", "pretraining_tp": 2, "use_cache": true}"""));
        Assert.Equal(s_config, Read("""{"model_type": null, "architectures": ["LLaMAForCausalLM"]}"""));
    }

    [Fact]
    public void A_Mistral_without_a_window_is_a_LLaMA()
    {
        Assert.Equal(s_config, Read("""{"model_type": "mistral", "num_key_value_heads": 8, "sliding_window": null}"""));
        Assert.Equal(s_config, Read("""{"model_type": "mistral", "num_key_value_heads": 8, "sliding_window": 512}"""));
    }

    [Theory]
    [InlineData("""{"rope_scaling": {"type": "default"}}""", "Default")]
    [InlineData("""{"rope_scaling": {"rope_type": "linear", "factor": 4.0}}""", "Linear(4)")]
    [InlineData("""{"rope_scaling": {"type": "linear", "factor": 4}}""", "Linear(4)")]
    [InlineData("""{"rope_scaling": {"type": "dynamic", "factor": 2.0}}""", "Dynamic(2, 512)")]
    [InlineData("""{"rope_scaling": {"rope_type": "dynamic", "factor": 2.0, "original_max_position_embeddings": 256}}""", "Dynamic(2, 256)")]
    [InlineData("""{"rope_scaling": {"type": "yarn", "factor": 16.0, "original_max_position_embeddings": 32, "finetuned": true}}""", "Yarn(16, 32, 32, 1, )")]
    [InlineData("""{"rope_scaling": {"rope_type": "yarn", "original_max_position_embeddings": 128}}""", "Yarn(4, 128, 32, 1, )")]
    [InlineData("""{"rope_scaling": {"rope_type": "yarn", "factor": 2, "beta_fast": 16, "beta_slow": 2, "attention_factor": 1.5}}""", "Yarn(2, 512, 16, 2, 1.5)")]
    [InlineData("""{"rope_scaling": {"rope_type": "yarn", "factor": 1, "beta_fast": 0, "beta_slow": null}}""", "Yarn(1, 512, 32, 1, 1)")]
    [InlineData("""{"rope_scaling": {"rope_type": "yarn", "factor": 40, "mscale": 1.0, "mscale_all_dim": 1.0}}""", "Yarn(40, 512, 32, 1, 1)")]
    [InlineData("""{"rope_scaling": {"rope_type": "yarn", "factor": 40, "mscale": 0.707}}""", "Yarn(40, 512, 32, 1, )")]
    [InlineData(
        """{"rope_scaling": {"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0, "original_max_position_embeddings": 64}}""",
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
        Assert.Equal(s_config with { RopeTheta = 77 }, Read("""{"rope_parameters": {"rope_theta": 77, "rope_type": "default", "partial_rotary_factor": 1.0}, "rope_theta": 5}"""));
    }

    [Theory]
    [InlineData("""{"rope_scaling": {"type": "linear", "factor": 2}, "rope_parameters": {"rope_theta": 77}}""", "Linear(2)", 77)]
    [InlineData("""{"rope_scaling": {"type": "linear", "factor": 2, "rope_theta": 5}, "rope_parameters": {"rope_theta": 77}}""", "Linear(2)", 5)]
    [InlineData("""{"rope_scaling": {"type": "linear", "factor": 2}, "rope_parameters": {"rope_type": "linear", "factor": 3}, "rope_theta": 7}""", "Linear(2)", 7)]
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
    [InlineData("""{"model_type": "mistral", "num_key_value_heads": 8}""", "sliding_window", "nothing")]
    [InlineData("""{"model_type": "mistral", "num_key_value_heads": 8, "sliding_window": 100}""", "sliding_window", "100")]
    [InlineData("""{"quantization_config": {"quant_method": "gptq", "bits": 4}}""", "quantization_config", "quantization method \"gptq\"")]
    [InlineData("""{"quantization_config": {"load_in_4bit": true}}""", "quantization_config", "quantization method an object")]
    [InlineData("""{"attention_bias": true}""", "attention_bias", "true")]
    [InlineData("""{"mlp_bias": true}""", "mlp_bias", "true")]
    [InlineData("""{"mlp_bias": 0}""", "mlp_bias", "0")]
    [InlineData("""{"hidden_act": "gelu"}""", "hidden_act", "\"gelu\"")]
    [InlineData("""{"partial_rotary_factor": 0.5}""", "partial_rotary_factor", "0.5")]
    [InlineData("""{"rope_parameters": {"partial_rotary_factor": 0.5}}""", "rope_parameters.partial_rotary_factor", "0.5")]
    [InlineData("""{"rope_scaling": {"type": "longrope", "factor": 2}}""", "rope_scaling.type", "\"longrope\"")]
    [InlineData("""{"rope_scaling": {"rope_type": "proportional", "factor": 2}}""", "rope_scaling.rope_type", "\"proportional\"")]
    [InlineData("""{"rope_scaling": {"factor": 2}}""", "rope_scaling.rope_type", "nothing")]
    [InlineData("""{"rope_parameters": {"full_attention": {"rope_theta": 1}}}""", "rope_parameters.rope_type", "nothing")]
    [InlineData("""{"rope_scaling": {"type": "linear"}}""", "rope_scaling.factor", "no such key")]
    [InlineData("""{"rope_scaling": {"type": "linear", "factor": 0}}""", "rope_scaling.factor", "0")]
    [InlineData("""{"rope_scaling": {"type": "linear", "factor": -2}}""", "rope_scaling.factor", "-2")]
    [InlineData("""{"rope_scaling": {"type": "linear", "factor": "2"}}""", "rope_scaling.factor", "\"2\"")]
    [InlineData("""{"rope_scaling": {"type": "yarn", "factor": 1e99}}""", "rope_scaling.factor", "1e99")]
    [InlineData("""{"rope_scaling": {"type": "yarn", "factor": 2, "truncate": false}}""", "rope_scaling.truncate", "false")]
    [InlineData("""{"rope_scaling": {"type": "yarn", "factor": 2, "original_max_position_embeddings": 0}}""", "rope_scaling.original_max_position_embeddings", "0")]
    [InlineData("""{"rope_scaling": {"type": "llama3", "factor": 8, "low_freq_factor": 1, "high_freq_factor": 4}}""", "rope_scaling.original_max_position_embeddings", "nothing")]
    [InlineData("""{"rope_scaling": {"type": "llama3", "factor": 8, "low_freq_factor": 4, "high_freq_factor": 4, "original_max_position_embeddings": 9}}""", "rope_scaling", "4")]
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

    private static LlamaConfig Read(string changes)
    {
        JsonObject json = JsonNode.Parse(Llama)!.AsObject();
        foreach ((string key, JsonNode? value) in JsonNode.Parse(changes)!.AsObject()) json[key] = value?.DeepClone();
        using JsonDocument document = JsonText.Parse("config.json", System.Text.Encoding.UTF8.GetBytes(json.ToJsonString()));
        return HuggingFaceConfig.Read(JsonSection.Root("config.json", document));
    }

    private static string InWords(LlamaConfig config) => config.RopeScaling switch
    {
        RopeScaling.Linear linear => $"Linear({linear.Factor})",
        RopeScaling.Dynamic dynamic => $"Dynamic({dynamic.Factor}, {dynamic.OriginalContextLength})",
        RopeScaling.Yarn yarn => $"Yarn({yarn.Factor}, {yarn.OriginalContextLength}, {yarn.BetaFast}, {yarn.BetaSlow}, {yarn.AttentionFactor})",
        RopeScaling.Llama3 llama3 =>
            $"Llama3({llama3.Factor}, {llama3.LowFrequencyFactor}, {llama3.HighFrequencyFactor}, {llama3.OriginalContextLength})",
        _ => "Default",
    };
}
