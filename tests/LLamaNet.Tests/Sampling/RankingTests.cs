using CsCheck;
using LLamaNet.Sampling;
using Xunit;

namespace LLamaNet.Tests.Sampling;

public class RankingTests
{
    [Theory]
    [InlineData(0f)]
    [InlineData(1f)]
    [InlineData(-1f)]
    [InlineData(float.MaxValue)]
    [InlineData(float.MinValue)]
    [InlineData(float.Epsilon)]
    [InlineData(float.NegativeInfinity)]
    public void Keys_hold_value_and_id(float value)
    {
        ulong key = Ranking.Key(value, 123456);

        Assert.Equal(value, Ranking.Value(key));
        Assert.Equal(123456, Ranking.Id(key));
    }

    [Fact]
    public void Keys_order_by_value_then_lower_id()
    {
        float[] ascending =
            [float.NegativeInfinity, float.MinValue, -2, -1, -float.Epsilon, 0, float.Epsilon, 1, 2, float.MaxValue];

        for (int i = 1; i < ascending.Length; i++) Assert.True(Ranking.Key(ascending[i - 1], 0) < Ranking.Key(ascending[i], 9));
        Assert.True(Ranking.Key(1, 4) > Ranking.Key(1, 5));
        Assert.True(Ranking.Key(-0f, 4) > Ranking.Key(0f, 5));
    }

    // Few distinct values make many ties; more values than a block of the scan.
    [Fact]
    public void Select_is_a_stable_sort_cut_off() =>
        Gen.Select(Gen.Int[-20, 20].Array[1, 1200], Gen.Int[0, 1200]).Sample((numbers, wanted) =>
        {
            float[] values = [.. numbers.Select(number => number / 4f)];
            var top = new ulong[Math.Min(wanted, values.Length)];

            Ranking.Select(values, top);

            Assert.Equal(
                Enumerable.Range(0, values.Length).OrderByDescending(id => values[id]).Take(top.Length), top.Select(Ranking.Id));
        }, iter: 300);
}
