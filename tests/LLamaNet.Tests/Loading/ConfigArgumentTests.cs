using Xunit;

namespace LLamaNet.Tests.Loading;

// Shapes that a program gives and that make no sense are refused by the name of the property, before anything is done.
public class ConfigArgumentTests
{
    public static TheoryData<string, LlamaConfig> Absurd { get; } = new()
    {
        { nameof(LlamaConfig.Width), LlamaConfig.Llama7B with { Width = 0 } },
        { nameof(LlamaConfig.Layers), LlamaConfig.Llama7B with { Layers = -1 } },
        { nameof(LlamaConfig.Heads), LlamaConfig.Llama7B with { Heads = 0 } },
        { nameof(LlamaConfig.KvHeads), LlamaConfig.Llama7B with { KvHeads = 0 } },
        { nameof(LlamaConfig.KvHeads), LlamaConfig.Llama7B with { KvHeads = 5 } },
        { nameof(LlamaConfig.HeadDim), LlamaConfig.Llama7B with { HeadDim = 127 } },
        { nameof(LlamaConfig.FfnWidth), LlamaConfig.Llama7B with { FfnWidth = int.MinValue } },
        { nameof(LlamaConfig.VocabularySize), LlamaConfig.Llama7B with { VocabularySize = 0 } },
        { nameof(LlamaConfig.ContextLength), LlamaConfig.Llama7B with { ContextLength = 0 } },
        { nameof(LlamaConfig.RmsNormEpsilon), LlamaConfig.Llama7B with { RmsNormEpsilon = float.NaN } },
        { nameof(LlamaConfig.RopeTheta), LlamaConfig.Llama7B with { RopeTheta = 0 } },
        { nameof(LlamaConfig.RopeScaling), LlamaConfig.Llama7B with { RopeScaling = new RopeScaling.Linear(0) } },
        { nameof(LlamaConfig.RopeDim), LlamaConfig.Llama7B with { RopeDim = 130 } },
        { nameof(LlamaConfig.RopeDim), LlamaConfig.Llama7B with { RopeDim = 63 } },
        { nameof(LlamaConfig.SlidingWindow), LlamaConfig.Llama7B with { SlidingWindow = 0 } },
        { nameof(LlamaConfig.LogitsDivisor), LlamaConfig.Llama7B with { LogitsDivisor = 0 } },
    };

    [Theory]
    [MemberData(nameof(Absurd), DisableDiscoveryEnumeration = true)]
    public async Task An_absurd_shape_is_refused_by_the_name_of_its_property(string property, LlamaConfig config)
    {
        var planned = Assert.Throws<ArgumentOutOfRangeException>(() => LlamaModel.Plan(config, DType.F16));
        Assert.Contains($": {property}: expected", planned.Message, StringComparison.Ordinal);
        var created = await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => LlamaModel.CreateRandomAsync(
            config, DType.F16, seed: 1, cancellationToken: TestContext.Current.CancellationToken));
        Assert.Equal(planned.Message, created.Message);
    }

    [Fact]
    public void Heads_that_are_rotated_whole_are_no_error() =>
        Assert.Equal(
            LlamaModel.Plan(LlamaConfig.Llama7B, DType.F16).WeightBytes,
            LlamaModel.Plan(LlamaConfig.Llama7B with { RopeDim = 128, SlidingWindow = 1 }, DType.F16).WeightBytes);
}
