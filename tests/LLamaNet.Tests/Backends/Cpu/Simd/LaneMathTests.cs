using LLamaNet.Backends.Cpu.Simd;
using Xunit;

namespace LLamaNet.Tests.Backends.Cpu.Simd;

public unsafe class LaneMathTests
{
    [Fact]
    public void Exp_is_exact_to_two_parts_in_ten_million()
    {
        double worst = 0;
        for (double x = -87; x <= 88; x += 16 * 1.37e-4)
        {
            float[] arguments = [.. Enumerable.Range(0, 16).Select(i => (float)Math.Min(88, x + i * 1.37e-4))];
            float[] results = Exp<Lanes128>(arguments);
            for (int i = 0; i < 16; i++)
            {
                double expected = Math.Exp(arguments[i]);
                worst = Math.Max(worst, Math.Abs(results[i] - expected) / expected);
            }
        }

        Assert.InRange(worst, 0, 2e-7);
    }

    [Fact]
    public void Exp_has_the_same_bits_at_every_width()
    {
        for (int seed = 0; seed < 2000; seed++)
        {
            float[] arguments = Values.Normal(16, seed, seed % 50);
            arguments[0] = seed % 3 == 0 ? float.NaN : float.NegativeInfinity;
            float[] expected = Exp<Lanes128>(arguments);
            if (Lanes256.IsSupported) Assert.Equal(expected, Exp<Lanes256>(arguments));
            if (Lanes512.IsSupported) Assert.Equal(expected, Exp<Lanes512>(arguments));
        }
    }

    [Fact]
    public void Exp_stays_within_the_range_of_floats_and_keeps_NaN()
    {
        float[] results = Exp<Lanes128>(
            [0, -0f, 1000, float.PositiveInfinity, -1000, float.NegativeInfinity, float.NaN, -float.NaN, 88, -87, 0, 0, 0, 0, 0,
                0]);
        Assert.Equal([1, 1], results[..2]);
        Assert.Equal(results[8], results[2]);
        Assert.Equal(results[8], results[3]);
        Assert.Equal(results[9], results[4]);
        Assert.Equal(results[9], results[5]);
        Assert.True(float.IsNaN(results[6]) && float.IsNaN(results[7]));
        Assert.InRange(results[8], 1.6e38f, 1.7e38f);
        Assert.InRange(results[9], 1.6e-38f, 1.7e-38f);
    }

    private static float[] Exp<V>(float[] arguments)
        where V : unmanaged, ILanes<V>
    {
        var results = new float[16];
        fixed (float* x = arguments, y = results) V.Store(LaneMath.Exp(V.Load(x)), y);
        return results;
    }
}
