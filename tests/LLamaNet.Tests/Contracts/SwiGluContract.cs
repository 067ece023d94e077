using LLamaNet.Backends;
using LLamaNet.Tensors;
using Xunit;

namespace LLamaNet.Tests.Contracts;

public class SwiGluContract : BackendContract
{
    // exp to 2e-7, two roundings to the quotient, one for the product.
    private const double RelativeTolerance = 4e-7;

    [Theory]
    [MemberData(nameof(Backends))]
    public void Multiplies_up_by_silu_of_gate(TestBackend kind)
    {
        Backend backend = Open(kind);
        foreach ((int rows, int width) in Sizes)
        {
            float[] gateUp = Values.Normal(rows * 2 * width, width, 4);
            double[] expected = Reference(gateUp, width);
            Close.Assert(expected, Compute(backend, gateUp, width), i => Math.Abs(expected[i]) * RelativeTolerance);
        }
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public void Large_gates_open_and_close(TestBackend kind)
    {
        Backend backend = Open(kind);
        float[] gates = [20, 88, 89, 1000, 1e30f, 0, -0f, -20, -80, -87, -88, -89, -1000, -1e6f];
        double[] expected = Reference([.. gates, .. gates.Select(_ => 1f)], gates.Length);
        Close.Assert(
            expected, Compute(backend, [.. gates, .. gates.Select(_ => 1f)], gates.Length),
            i => Math.Abs(expected[i]) * RelativeTolerance + (gates[i] < -87 ? -gates[i] * Math.Exp(-88) * 1.01 : 0));
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public void Non_finite_values_stay_visible(TestBackend kind)
    {
        Backend backend = Open(kind);
        const float Infinity = float.PositiveInfinity;
        float[] gates = [float.NaN, Infinity, -Infinity, 1, 1, 1];
        float[] ups = [1, 1, 1, float.NaN, Infinity, -Infinity];
        Assert.All(Compute(backend, [.. gates, .. ups], gates.Length), value => Assert.False(float.IsFinite(value)));
    }

    [Fact]
    public void Bits_are_the_same_everywhere()
    {
        foreach ((int rows, int width) in Sizes)
        {
            float[] gateUp = Values.Normal(rows * 2 * width, width, 20);
            AssertSameBits(backend => Compute(backend, gateUp, width));
        }
    }

    private static (int Rows, int Width)[] Sizes =>
        [(1, 1), (3, 15), (2, 16), (3, 17), (40, 100), (17, 768), (1, 5632), (2, 11008), (1, 11009)];

    private static float[] Compute(Backend backend, float[] gateUp, int width)
    {
        int rows = gateUp.Length / (2 * width);
        using Tensor source = backend.Tensor(rows, 2 * width, gateUp);
        using Guarded y = new(backend, rows, width);
        backend.SwiGlu(y.Tensor, source, rows);
        return y.Read();
    }

    private static double[] Reference(float[] gateUp, int width)
    {
        var y = new double[gateUp.Length / 2];
        for (int i = 0; i < y.Length; i++)
        {
            int at = i / width * 2 * width + i % width;
            double gate = gateUp[at];
            y[i] = gate / (1 + Math.Exp(-gate)) * gateUp[at + width];
        }

        return y;
    }
}
