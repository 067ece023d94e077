using LLamaNet.Checkpoints;
using Xunit;

namespace LLamaNet.Tests.Checkpoints.HuggingFace;

// What is odd in config.json, and what is made of it.
public class HuggingFaceOddConfigTests
{
    [Theory]
    [InlineData("""{"attn_logit_softcapping": 50.0}""", "attn_logit_softcapping", "50.0")]
    [InlineData("""{"final_logit_softcapping": 30}""", "final_logit_softcapping", "30")]
    [InlineData("""{"is_causal": false}""", "is_causal", "false")]
    [InlineData("""{"use_bidirectional_attention": true}""", "use_bidirectional_attention", "true")]
    [InlineData("""{"num_local_experts": 8}""", "num_local_experts", "8")]
    [InlineData("""{"rope_interleaved": true}""", "rope_interleaved", "true")]
    [InlineData("""{"scale_emb": 12}""", "scale_emb", "12")]
    [InlineData("""{"num_key_value_heads": [1, 2]}""", "num_key_value_heads", "an array of 2")]
    [InlineData("""{"num_key_value_heads": [1.5]}""", "num_key_value_heads", "an array of 1")]
    public void What_changes_the_computation_is_refused(string changes, string place, string found)
    {
        using HuggingFaceModel model = HuggingFaceModel.Create(changes);
        var exception = Assert.Throws<ModelFormatException>(model.Open);
        Assert.Equal((place, found), (exception.Place, exception.Found));
    }

    [Theory]
    [InlineData("""{"attn_logit_softcapping": null, "is_causal": true, "num_experts": 0, "rope_interleaved": false}""")]
    [InlineData("""{"pretraining_tp": 2, "use_cache": false, "initializer_range": 0.02}""")]
    public void What_changes_nothing_is_not_told(string changes)
    {
        using HuggingFaceModel model = HuggingFaceModel.Create(changes);
        using Checkpoint checkpoint = model.Open();
        Assert.Empty(checkpoint.Warnings.All);
    }

    [Theory]
    [InlineData("""{"num_attention_heads": [2]}""", "num_attention_heads: a list with a number for each layer; all are 2")]
    [InlineData("""{"num_key_value_heads": [1]}""", "num_key_value_heads: a list with a number for each layer; all are 1")]
    [InlineData("""{"intermediate_size": [12]}""", "intermediate_size: a list with a number for each layer; all are 12")]
    [InlineData("""{"logits_scaling": 8}""", "logits_scaling: left out, as model_type is llama")]
    public void What_is_odd_and_harmless_is_told(string changes, string warning)
    {
        using HuggingFaceModel plain = HuggingFaceModel.Create(), model = HuggingFaceModel.Create(changes);
        using Checkpoint expected = plain.Open(), checkpoint = model.Open();
        Assert.Equal(expected.Config, checkpoint.Config);
        Assert.Equal([$"{model["config.json"]}: {warning}"], checkpoint.Warnings.All);
    }
}
