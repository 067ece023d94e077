using LLamaNet.Backends;
using LLamaNet.Tensors;
using Xunit;

namespace LLamaNet.Tests.Contracts;

public class MatMulContract : BackendContract
{
    [Theory]
    [MemberData(nameof(BackendsAndFormats))]
    public void Products_match_double_precision(TestBackend kind, DType type)
    {
        Backend backend = Open(kind);
        foreach ((int width, int outputs, int rows) in Shapes(kind, type))
        {
            var source = new TestMatrix(type, outputs, width, seed: 5);
            float[] x = Values.Uniform(rows * width, 11);
            (double[] expected, double[] tolerance) = Reference(kind, source, x);
            Close.Assert(expected, Multiply(backend, [source], x, rows), i => tolerance[i]);
        }
    }

    // Formats side by side, as packed weights have them; a row alone is the row among others.
    [Theory]
    [MemberData(nameof(Formats))]
    public void Bits_are_the_same_everywhere(DType type)
    {
        const int Rows = 41, Width = 256, Outputs = 38;
        TestMatrix[] parts = [new(type, 17, Width, 1), new(DType.F16, 5, Width, 2), new(type, 16, Width, 3)];
        float[] x = Values.Uniform(Rows * Width, 4);
        float[] expected = Multiply(Open(TestBackend.Plain), parts, x, Rows);
        foreach (TestBackend kind in TestBackend.Cpu.Concat(TestBackend.ByteDots))
        {
            Backend backend = Open(kind);
            Assert.Equal(expected, Multiply(backend, parts, x, Rows));
            for (int row = 0; row < Rows; row += 8)
            {
                float[] alone = Multiply(backend, parts, x[(row * Width)..((row + 1) * Width)], 1);
                Assert.Equal(expected[(row * Outputs)..((row + 1) * Outputs)], alone);
            }
        }
    }

    [Theory]
    [MemberData(nameof(BackendsAndFormats))]
    public void Non_finite_values_stay_visible_and_in_their_row(TestBackend kind, DType type)
    {
        Backend backend = Open(kind);
        foreach (float bad in (float[])[float.NaN, float.PositiveInfinity, float.NegativeInfinity])
        {
            float[] x = Values.Uniform(2 * 256, 4);
            x[256 + 77] = bad;
            float[] y = Multiply(backend, [new TestMatrix(type, 3, 256, 1)], x, 2);
            Assert.All(y[..3], value => Assert.True(float.IsFinite(value)));
            Assert.All(y[3..], value => Assert.False(float.IsFinite(value)));
        }
    }

    // (width, outputs, rows). The tests of a GPU's kernels have more of them.
    private static IEnumerable<(int Width, int Outputs, int Rows)> Shapes(TestBackend kind, DType type)
    {
        bool isFloat = WeightFormat.Of(type).BlockLength == 1;
        if (kind.IsCuda) return [(isFloat ? 31 : 256, 33, 2), (isFloat ? 172 : 256, 33, 9)];
        return
            from width in isFloat ? (int[])[1, 31, 172] : [256, 768]
            from outputs in (int[])[1, 16, 33]
            from rows in (int[])[1, 2, 9, 33]
            select (width, outputs, rows);
    }

    private static float[] Multiply(Backend backend, TestMatrix[] parts, float[] x, int rows)
    {
        using Weight weight = backend.Weight(parts);
        using Tensor input = backend.Tensor(rows, weight.Width, x);
        using Guarded y = new(backend, rows, weight.Rows);
        backend.MatMul(y.Tensor, input, weight, rows);
        return y.Read();
    }

    // With what a float computation may be off: the roundings of sums; for weights in blocks half a step of each activation
    // in bytes, the largest of its 32 over 254; on tensor cores the rounding of both operands to 16 bits.
    private static (double[] Expected, double[] Tolerance) Reference(TestBackend kind, TestMatrix source, float[] x)
    {
        int width = source.Width, outputs = source.Rows, rows = x.Length / width;
        float[] weights = source.Dequantized();
        float[] largest = [.. x.Chunk(width).SelectMany(row => row.Chunk(32)).SelectMany(
            group => Enumerable.Repeat(group.Max(MathF.Abs), group.Length))];
        bool isFloat = WeightFormat.Of(source.Type).BlockLength == 1;
        double relative = 2e-6;
        if (kind.IsCuda && source.Type != DType.F32) relative += source.Type == DType.BF16 ? 1.0 / 128 : 1.0 / 1024;
        var expected = new double[rows * outputs];
        var tolerance = new double[rows * outputs];
        for (int i = 0; i < expected.Length; i++)
        {
            int first = i / outputs * width, firstWeight = i % outputs * width;
            for (int k = 0; k < width; k++)
            {
                double product = (double)weights[firstWeight + k] * x[first + k];
                expected[i] += product;
                tolerance[i] += relative * Math.Abs(product);
                if (!isFloat) tolerance[i] += 1.001 * Math.Abs(weights[firstWeight + k]) * largest[first + k] / 254;
            }
        }

        return (expected, tolerance);
    }
}
