using LLamaNet.Architectures;
using Xunit;

namespace LLamaNet.Tests.Architectures;

public class FormatChoiceTests
{
    public static TheoryData<DType> Types => [.. Enum.GetValues<DType>()];

    [Theory]
    [MemberData(nameof(Types))]
    public void Widths_of_whole_blocks_get_what_was_requested(DType type)
    {
        Assert.Equal(type, FormatChoice.For(type, TensorRole.Query, 4096, tied: false));
        Assert.Equal(type, FormatChoice.For(type, TensorRole.Embedding, 4096, tied: false));
    }

    [Theory]
    [InlineData(DType.Q2_K, 288, DType.Q4_0)]
    [InlineData(DType.Q3_K, 288, DType.Q4_0)]
    [InlineData(DType.Q4_K, 288, DType.Q5_0)]
    [InlineData(DType.Q5_K, 288, DType.Q5_1)]
    [InlineData(DType.Q6_K, 288, DType.Q8_0)]
    [InlineData(DType.Q8_0, 288, DType.Q8_0)]
    [InlineData(DType.Q4_0, 288, DType.Q4_0)]
    [InlineData(DType.Q2_K, 100, DType.F16)]
    [InlineData(DType.Q4_K, 100, DType.F16)]
    [InlineData(DType.Q5_K, 100, DType.F16)]
    [InlineData(DType.Q6_K, 100, DType.F16)]
    [InlineData(DType.Q8_0, 100, DType.F16)]
    [InlineData(DType.Q5_1, 16, DType.F16)]
    [InlineData(DType.IQ4_NL, 288, DType.IQ4_NL)]
    [InlineData(DType.IQ4_NL, 100, DType.F16)]
    [InlineData(DType.IQ4_XS, 288, DType.IQ4_NL)]
    [InlineData(DType.BF16, 100, DType.BF16)]
    [InlineData(DType.F32, 1, DType.F32)]
    public void Other_widths_fall_back(DType requested, int width, DType expected) =>
        Assert.Equal(expected, FormatChoice.For(requested, TensorRole.Query, width, tied: false));

    [Theory]
    [InlineData(DType.Q4_K, 4096, DType.Q6_K)]
    [InlineData(DType.Q2_K, 4096, DType.Q6_K)]
    [InlineData(DType.Q5_K, 4096, DType.Q6_K)]
    [InlineData(DType.Q4_0, 4096, DType.Q6_K)]
    [InlineData(DType.Q5_1, 4096, DType.Q6_K)]
    [InlineData(DType.Q6_K, 4096, DType.Q6_K)]
    [InlineData(DType.Q8_0, 4096, DType.Q8_0)]
    [InlineData(DType.BF16, 4096, DType.BF16)]
    [InlineData(DType.Q4_0, 288, DType.Q8_0)]
    [InlineData(DType.Q4_K, 288, DType.Q8_0)]
    [InlineData(DType.Q4_K, 100, DType.F16)]
    public void The_output_keeps_six_bits(DType requested, int width, DType expected)
    {
        Assert.Equal(expected, FormatChoice.For(requested, TensorRole.Output, width, tied: false));
        Assert.Equal(expected, FormatChoice.For(requested, TensorRole.Embedding, width, tied: true));
    }

    [Fact]
    public void The_attention_output_is_not_the_output() =>
        Assert.Equal(DType.Q4_K, FormatChoice.For(DType.Q4_K, TensorRole.AttentionOutput, 4096, tied: true));

    [Fact]
    public void Norms_stay_in_single_precision() => Assert.All(
        ModelTensors.Of(TestConfigs.Tiny).Where(tensor => tensor.Kind == TensorKind.Norm),
        norm => Assert.Equal(DType.F32, FormatChoice.For(DType.Q4_0, norm, tied: false)));
}
