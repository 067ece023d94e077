using LLamaNet.Backends;
using LLamaNet.Tensors;
using Xunit;

namespace LLamaNet.Tests.Contracts;

public class RmsNormContract : BackendContract
{
    private const float Epsilon = 1e-5f;

    [Theory]
    [MemberData(nameof(Backends))]
    public void Scales_rows_to_unit_mean_square(TestBackend kind)
    {
        Backend backend = Open(kind);
        foreach ((int rows, int width) in Sizes)
        {
            float[] x = Values.Normal(rows * width, width), weight = Values.Normal(width, width + 1);
            double[] expected = Reference(x, weight, width);
            Close.Assert(expected, Compute(backend, x, weight, width, inPlace: false), i => Tolerance(expected[i], width));
        }
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public void May_work_in_place(TestBackend kind)
    {
        Backend backend = Open(kind);
        float[] x = Values.Normal(5 * 77, 1), weight = Values.Normal(77, 2);
        Assert.Equal(Compute(backend, x, weight, 77, inPlace: false), Compute(backend, x, weight, 77, inPlace: true));
    }

    [Fact]
    public void Bits_are_the_same_everywhere()
    {
        foreach ((int rows, int width) in Sizes)
        {
            float[] x = Values.Normal(rows * width, width), weight = Values.Normal(width, width + 1);
            AssertSameBits(backend => Compute(backend, x, weight, width, inPlace: false));
        }
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public void A_row_does_not_depend_on_the_others(TestBackend kind)
    {
        Backend backend = Open(kind);
        const int Width = 100;
        float[] x = Values.Normal(300 * Width, 3), weight = Values.Normal(Width, 4);
        float[] all = Compute(backend, x, weight, Width, inPlace: false);
        foreach (int row in (int[])[0, 1, 81, 299])
        {
            float[] alone = Compute(backend, x.AsSpan(row * Width, Width).ToArray(), weight, Width, inPlace: false);
            Assert.Equal(all.AsSpan(row * Width, Width).ToArray(), alone);
        }
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public void Non_finite_values_stay_visible_and_in_their_row(TestBackend kind)
    {
        Backend backend = Open(kind);
        const int Width = 35;
        float[] x = Values.Normal(3 * Width, 5), weight = Values.Normal(Width, 6);
        x[Width + 34] = float.NaN;
        x[2 * Width + 3] = float.PositiveInfinity;
        float[] y = Compute(backend, x, weight, Width, inPlace: false);
        Assert.All(y[..Width], value => Assert.True(float.IsFinite(value)));
        Assert.All(y[Width..(2 * Width)], value => Assert.True(float.IsNaN(value)));
        Assert.True(float.IsNaN(y[2 * Width + 3]));
    }

    [Fact]
    public void Zeros_stay_zero()
    {
        Backend backend = Open(TestBackend.All[0]);
        Assert.All(Compute(backend, new float[40], Values.Normal(40, 1), 40, inPlace: false), value => Assert.Equal(0, value));
    }

    private static (int Rows, int Width)[] Sizes =>

        [
            (1, 1), (3, 2), (2, 15), (2, 16), (3, 17), (1, 63), (5, 64), (2, 65), (7, 100), (1, 288), (40, 1000), (2, 4096),
            (1, 11009),
        ];

    private static float[] Compute(Backend backend, float[] x, float[] weight, int width, bool inPlace)
    {
        int rows = x.Length / width;
        using Tensor weights = backend.Tensor(1, width, weight);
        using Tensor source = backend.Tensor(rows, width, x);
        using Guarded y = inPlace ? new Guarded(backend, rows, width, x) : new Guarded(backend, rows, width);
        backend.RmsNorm(y.Tensor, inPlace ? y.Tensor : source, weights, rows, Epsilon);
        return y.Read();
    }

    private static double[] Reference(float[] x, float[] weight, int width)
    {
        var y = new double[x.Length];
        for (int first = 0; first < x.Length; first += width)
        {
            double squares = 0;
            for (int i = 0; i < width; i++) squares += (double)x[first + i] * x[first + i];
            double scale = 1 / Math.Sqrt(squares / width + Epsilon);
            for (int i = 0; i < width; i++) y[first + i] = x[first + i] * scale * weight[i];
        }

        return y;
    }

    // Half the relative error of a sum of width / 64 terms a lane, which the root halves, and a few roundings more.
    private static double Tolerance(double expected, int width) => Math.Abs(expected) * Close.Rounding * (width / 64 + 12);
}
