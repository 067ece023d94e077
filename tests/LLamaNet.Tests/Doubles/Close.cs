namespace LLamaNet.Tests.Doubles;

internal static class Close
{
    // Half a unit in the last place of a float near 1.
    public const double Rounding = 1.0 / (1 << 24);

    // |actual - expected| <= tolerance(i) for every element; a NaN fails.
    public static void Assert(IReadOnlyList<double> expected, IReadOnlyList<float> actual, Func<int, double> tolerance)
    {
        Xunit.Assert.Equal(expected.Count, actual.Count);
        for (int i = 0; i < expected.Count; i++)
        {
            double error = Math.Abs(actual[i] - expected[i]);
            if (error <= tolerance(i)) continue;
            Xunit.Assert.Fail($"[{i}]: expected {expected[i]:g9}, got {actual[i]:g9}, off by {error:g3} > {tolerance(i):g3}");
        }
    }
}
