using LLamaNet.Tensors;
using Xunit;

namespace LLamaNet.Tests.Tensors;

public class WeightFormatTests
{
    public static TheoryData<DType> Floats => [DType.F32, DType.F16, DType.BF16];

    [Fact]
    public void Every_type_has_one_format()
    {
        Assert.Equal(Enum.GetValues<DType>().Order(), WeightFormat.All.Select(format => format.Type).Order());
        Assert.All(WeightFormat.All, format => Assert.Same(format, WeightFormat.TryFind((uint)format.Type)));
    }

    [Theory]
    [InlineData(DType.F32, 32)]
    [InlineData(DType.F16, 16)]
    [InlineData(DType.BF16, 16)]
    [InlineData(DType.Q8_0, 8.5)]
    [InlineData(DType.Q4_0, 4.5)]
    [InlineData(DType.Q4_1, 5)]
    [InlineData(DType.Q5_0, 5.5)]
    [InlineData(DType.Q5_1, 6)]
    [InlineData(DType.Q2_K, 2.625)]
    [InlineData(DType.Q3_K, 3.4375)]
    [InlineData(DType.Q4_K, 4.5)]
    [InlineData(DType.Q5_K, 5.5)]
    [InlineData(DType.Q6_K, 6.5625)]
    [InlineData(DType.IQ4_NL, 4.5)]
    [InlineData(DType.IQ4_XS, 4.25)]
    public void Rows_take_the_bits_that_the_type_states(DType type, double bits) =>
        Assert.Equal(4096 * bits / 8, WeightFormat.Of(type).RowBytes(4096));

    [Theory]
    [InlineData(4u)]
    [InlineData(9u)]
    [InlineData(15u)]
    [InlineData(16u)]
    [InlineData(31u)]
    [InlineData(uint.MaxValue)]
    public void Other_types_are_not_found(uint ggufType)
    {
        Assert.Null(WeightFormat.TryFind(ggufType));
        Assert.Throws<ArgumentOutOfRangeException>(() => WeightFormat.Of((DType)ggufType));
    }

    [Theory]
    [MemberData(nameof(Floats))]
    public void Floats_of_any_number_and_alignment_pass(DType type)
    {
        WeightFormat format = WeightFormat.Of(type);
        for (int length = 0; length < 70; length++)
        {
            // Small whole numbers are exact in all three.
            float[] values = [.. Enumerable.Range(0, length).Select(i => (float)(i % 2 == 0 ? i : -i))];
            byte[] stored = new byte[format.RowBytes(length) + 5];
            Array.Fill(stored, (byte)0xcd);
            float[] found = [.. Enumerable.Repeat(7f, length + 1)];

            format.Quantize(values, stored.AsSpan(3, stored.Length - 5));
            format.Dequantize(stored.AsSpan(3, stored.Length - 5), found.AsSpan(0, length));

            Assert.Equal([.. values, 7f], found);
            Assert.Equal([0xcd, 0xcd, 0xcd], stored[..3]);
            Assert.Equal([0xcd, 0xcd], stored[^2..]);
        }
    }

    [Theory]
    [MemberData(nameof(Floats))]
    public void Special_floats_pass(DType type)
    {
        float[] values = [0f, -0f, float.PositiveInfinity, float.NegativeInfinity, float.NaN, 1, -2];
        values = [.. values, .. values, .. values, .. values, .. values];
        WeightFormat format = WeightFormat.Of(type);
        byte[] stored = new byte[format.RowBytes(values.Length)];
        float[] found = new float[values.Length];
        format.Quantize(values, stored);
        format.Dequantize(stored, found);
        Assert.Equal(values, found);
        Assert.All(values.Zip(found), pair => Assert.Equal(float.IsNegative(pair.First), float.IsNegative(pair.Second)));
    }
}
