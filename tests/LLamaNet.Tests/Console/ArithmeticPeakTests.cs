using System.Runtime.Intrinsics;
using LLamaNet.Console.Measurement;
using Xunit;

namespace LLamaNet.Tests.Console;

public class ArithmeticPeakTests
{
    // Every accumulator holds its first value and a square for each round; then they are added by twos, squares again.
    [Fact]
    public void Every_round_counts()
    {
        const int Rounds = 1000;
        float[] expected = [.. Enumerable.Range(2, 14).Select(value => value / 1024f + Rounds / (1024f * 1024f))];
        float first = Sum(Four(0), Four(4)), rest = Sum(Four(8), Sum(expected[12], expected[13]));
        float total = Sum(first, rest);

        Vector128<float> single = AccumulatorLoop.Run<Vector128<float>, FloatAccumulations.Singles128>(Rounds);
        for (int i = 0; i < 4; i++) Assert.Equal(total, single[i], tolerance: 1e-6f);
        Assert.Equal(14.0 * 8 * Rounds, AccumulatorLoop.Operations<Vector128<float>, FloatAccumulations.Singles128>(Rounds));
        if (FloatAccumulations.Singles256.IsSupported)
            Assert.Equal(
                total, AccumulatorLoop.Run<Vector256<float>, FloatAccumulations.Singles256>(Rounds)[7], tolerance: 1e-6f);
        if (FloatAccumulations.Singles512.IsSupported)
            Assert.Equal(
                total, AccumulatorLoop.Run<Vector512<float>, FloatAccumulations.Singles512>(Rounds)[15], tolerance: 1e-6f);

        float Four(int i) => Sum(Sum(expected[i], expected[i + 1]), Sum(expected[i + 2], expected[i + 3]));

        static float Sum(float left, float right) => left + right * right;
    }

    [Fact]
    public void Every_instruction_that_this_cpu_has_can_be_measured()
    {
        Check<Vector128<byte>, ByteAccumulations.Shorts128>();
        Check<Vector128<byte>, ByteAccumulations.Quads128>();
        Check<Vector128<byte>, ByteAccumulations.Pairs128>();
        Check<Vector256<byte>, ByteAccumulations.Pairs256>();
        Check<Vector256<byte>, ByteAccumulations.Quads256>();
        Check<Vector512<byte>, ByteAccumulations.Pairs512>();

        static void Check<TVector, TAccumulation>()
            where TVector : struct
            where TAccumulation : struct, IAccumulation<TVector>
        {
            if (TAccumulation.IsSupported)
                Assert.True(double.IsFinite(ArithmeticPeak.Measure<TVector, TAccumulation>(threads: 1)));
        }
    }
}
