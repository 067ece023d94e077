using LLamaNet.Backends;
using LLamaNet.Backends.Cpu.Tiles;
using LLamaNet.Tensors;
using Xunit;

namespace LLamaNet.Tests.Contracts;

// y[t] = weight . x[t] in every format: against double precision, and the same bits on every width, thread count and batch.
public class MatMulContract : BackendContract
{
    public static TheoryData<DType> Formats => [.. TileFormat.All.Select(format => format.Type)];

    [Fact]
    public void Every_weight_format_has_tiles() =>
        Assert.Equal(WeightFormat.All.Select(f => f.Type).Order(), TileFormat.All.Select(f => f.Type).Order());

    [Theory]
    [MemberData(nameof(Formats))]
    public unsafe void Packing_is_undone_exactly_for_any_bits(DType type)
    {
        TileFormat tiles = TileFormat.Of(type);
        WeightFormat format = WeightFormat.Of(type);
        int width = format.BlockLength == 1 ? 37 : 3 * format.BlockLength;
        int rowBytes = (int)format.RowBytes(width);
        foreach (int rows in (int[])[1, 15, 16])
        {
            var source = new byte[rows * rowBytes];
            new Random(rows).NextBytes(source);
            var panel = new byte[tiles.PanelBytes(width)];
            var actual = new byte[rows * rowBytes];
            fixed (byte* s = source, p = panel, a = actual)
            {
                tiles.Pack(s, rows, width, p);
                for (int row = 0; row < rows; row++) tiles.Unpack(p, row, width, a + row * rowBytes);
            }

            Assert.Equal(source, actual);
        }
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Products_match_double_precision(DType type)
    {
        bool isFloat = WeightFormat.Of(type).BlockLength == 1;
        foreach (int width in isFloat ? (int[])[1, 31, 172] : [256, 768])
        {
            foreach (int rows in (int[])[1, 16, 33])
            {
                var source = new TestMatrix(type, rows, width, seed: 5);
                float[] weights = source.Dequantized();
                foreach (int tokens in (int[])[1, 2, 9, 33])
                {
                    float[] x = Values.Uniform(tokens * width, 11);
                    float[] y = Multiply(TestBackend.Plain, [source], x, tokens);
                    for (int t = 0; t < tokens; t++)
                    {
                        for (int r = 0; r < rows; r++)
                        {
                            double expected = 0, magnitude = 0, bound = 0;
                            for (int k = 0; k < width; k++)
                            {
                                expected += (double)weights[r * width + k] * x[t * width + k];
                                magnitude += Math.Abs((double)weights[r * width + k] * x[t * width + k]);
                                // Half a step of an activation in bytes: the largest of its 32 over 254.
                                bound += Math.Abs(weights[r * width + k]) * (isFloat ? 0 : Largest(x, t * width + k / 32 * 32) / 254);
                            }

                            Assert.InRange(y[t * rows + r], expected - bound * 1.001 - 2e-6 * magnitude, expected + bound * 1.001 + 2e-6 * magnitude);
                        }
                    }
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Products_are_the_same_bits_everywhere(DType type)
    {
        TestMatrix[] parts = [new(type, 17, 256, 1), new(DType.F16, 5, 256, 2), new(type, 16, 256, 3)];
        float[] x = Values.Uniform(41 * 256, 4);
        float[] expected = Multiply(TestBackend.Plain, parts, x, 41);
        foreach (TestBackend kind in TestBackend.Cpu.Concat(TestBackend.ByteDots))
        {
            Assert.Equal(expected, Multiply(kind, parts, x, 41));
            for (int t = 0; t < 41; t += 8)
                Assert.Equal(expected[(t * 38)..((t + 1) * 38)], Multiply(kind, parts, x[(t * 256)..((t + 1) * 256)], 1));
        }
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Not_a_number_stays_one(DType type)
    {
        float[] x = Values.Uniform(256, 4);
        x[77] = float.NaN;
        Assert.All(Multiply(TestBackend.Plain, [new TestMatrix(type, 3, 256, 1)], x, 1), value => Assert.False(float.IsFinite(value)));
        x[77] = float.PositiveInfinity;
        Assert.All(Multiply(TestBackend.Plain, [new TestMatrix(type, 3, 256, 1)], x, 1), value => Assert.False(float.IsFinite(value)));
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Embedding_is_the_row_dequantised(DType type)
    {
        var source = new TestMatrix(type, 21, 256, 9);
        Backend backend = Open(TestBackend.Plain);
        using Weight table = Load(backend, [source]);
        using Tensor y = backend.Allocate(DType.F32, 3, 256);
        var batch = new Batch(3);
        using var rope = new RopeTable(backend.Allocate(DType.F32, 1, 2), backend.Allocate(DType.F32, 1, 2));
        batch.Append([20, 0, 15], 0, [0], rope, Batch.Outputs.None);
        backend.Embed(y, table, batch);
        var actual = new float[3 * 256];
        backend.Read(y, 0, actual);
        float[] rows = source.Dequantized();
        float[] expected = [.. rows[(20 * 256)..(21 * 256)], .. rows[..256], .. rows[(15 * 256)..(16 * 256)]];
        Assert.Equal(expected, actual);
    }

    [Fact]
    public void Adding_adds()
    {
        Backend backend = Open(TestBackend.Plain);
        var source = new TestMatrix(DType.Q8_0, 18, 64, 9);
        using Weight weight = Load(backend, [source]);
        float[] x = Values.Uniform(2 * 64, 1), before = Values.Uniform(2 * 18, 2);
        using Tensor input = Filled(backend, x, 64), y = Filled(backend, before, 18);
        backend.MatMulAdd(y, input, weight, 2);
        var actual = new float[2 * 18];
        backend.Read(y, 0, actual);
        float[] products = Multiply(TestBackend.Plain, [source], x, 2);
        Assert.Equal(before.Zip(products, (a, b) => a + b), actual);
    }

    private float[] Multiply(TestBackend kind, TestMatrix[] parts, float[] x, int tokens)
    {
        const int GuardRows = 1;
        Backend backend = Open(kind);
        using Weight weight = Load(backend, parts);
        using Tensor input = Filled(backend, x, weight.Width);
        float[] guard = [.. Enumerable.Repeat(-7f, (tokens + GuardRows) * weight.Rows)];
        using Tensor y = Filled(backend, guard, weight.Rows);
        backend.MatMul(y, input, weight, tokens);
        backend.Read(y, 0, guard);
        Assert.All(guard[(tokens * weight.Rows)..], value => Assert.Equal(-7f, value));
        return guard[..(tokens * weight.Rows)];
    }

    private static Weight Load(Backend backend, IReadOnlyList<MatrixSource> parts) =>
        backend.Load(parts, _ => { }, TestContext.Current.CancellationToken);

    private static Tensor Filled(Backend backend, float[] values, int width)
    {
        Tensor tensor = backend.Allocate(DType.F32, values.Length / width, width);
        backend.Write(tensor, values);
        return tensor;
    }

    private static float Largest(float[] x, int first) => x.Skip(first).Take(32).Max(MathF.Abs);
}
