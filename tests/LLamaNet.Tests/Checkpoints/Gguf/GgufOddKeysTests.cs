using LLamaNet.Checkpoints;
using Xunit;

namespace LLamaNet.Tests.Checkpoints.Gguf;

// Keys that are missing, odd or not known, and what is made of them.
public class GgufOddKeysTests
{
    [Theory]
    [InlineData("general.type", "fable", "fable is not known; read as model")]
    [InlineData("llama.vocab_size", 5u, "5, but token_embd.weight has 6 rows, which count")]
    [InlineData("llama.vocab_size", 7u, "7, but token_embd.weight has 6 rows, which count")]
    [InlineData("llama.attention.head_count", new[] { 2, 2 }, "a list with a number for each layer; all are 2")]
    [InlineData("llama.feed_forward_length", new[] { 12, 12 }, "a list with a number for each layer; all are 12")]
    [InlineData("llama.attention.gate", 1u, "not known here, so left out")]
    [InlineData("llama.rope.scaling.yarn_beta_fast", 8f, "not known here, so left out")]
    public void What_is_odd_and_harmless_is_told(string key, object value, string warning)
    {
        using Checkpoint checkpoint = TinyModel.Create().With(key, value).Open();
        Assert.Equal(TestConfigs.Tiny, checkpoint.Config);
        Assert.Equal([$"tiny.gguf: {key}: {warning}"], checkpoint.Warnings.All);
    }

    [Theory]
    [InlineData("attention.causal", true)]
    [InlineData("attention.max_alibi_bias", 0f)]
    [InlineData("rope.scaling.finetuned", false)]
    [InlineData("rope.scaling.attn_factor", 1f)]
    [InlineData("logit_scale", 1f)]
    [InlineData("tensor_data_layout", "Meta AI original pth")]
    [InlineData("expert_used_count", 0u)]
    public void Keys_that_change_nothing_are_not_told(string key, object value)
    {
        using Checkpoint checkpoint = TinyModel.Create().With($"llama.{key}", value).Open();
        Assert.Equal(TestConfigs.Tiny, checkpoint.Config);
        Assert.Empty(checkpoint.Warnings.All);
    }

    [Theory]
    [InlineData("linear", null)]
    [InlineData("linear", 0f)]
    [InlineData("yarn", null)]
    public void Scaling_without_a_factor_scales_by_1(string type, float? factor)
    {
        TinyModel model = TinyModel.Create().With("llama.rope.scaling.type", type);
        if (factor is { } number) model.With("llama.rope.scaling.factor", number);
        using Checkpoint checkpoint = model.Open();
        Assert.Equal(
            type == "linear" ? RopeScaling.None : new RopeScaling.Yarn(1, TestConfigs.Tiny.ContextLength),
            checkpoint.Config.RopeScaling);
        Assert.Equal(
            [$"tiny.gguf: llama.rope.scaling.factor: none beside llama.rope.scaling.type {type}; 1 is taken"],
            checkpoint.Warnings.All);
    }

    // yarn_attn_factor is config.json's attention_factor, which stands for what YaRN computes; attn_factor multiplies it.
    [Theory]
    [InlineData(null, null, null)]
    [InlineData(1f, null, 1f)]
    [InlineData(1.25f, null, 1.25f)]
    [InlineData(1.25f, 2f, 2.5f)]
    [InlineData(null, 2f, 2f * 1.1386294f)] // 0.1 ln 4 + 1
    public void Yarn_takes_its_attention_factor_from_two_keys(float? own, float? multiplier, float? expected)
    {
        TinyModel model = TinyModel.Create(TestConfigs.Tiny with { RopeScaling = new RopeScaling.Yarn(4, 16) });
        if (own is { } attention) model.With("llama.rope.scaling.yarn_attn_factor", attention);
        if (multiplier is { } factor) model.With("llama.rope.scaling.attn_factor", factor);
        using Checkpoint checkpoint = model.Open();
        Assert.Equal(expected, Assert.IsType<RopeScaling.Yarn>(checkpoint.Config.RopeScaling).AttentionFactor);
    }
}
