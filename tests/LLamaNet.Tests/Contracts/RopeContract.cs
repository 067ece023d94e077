using LLamaNet.Backends;
using Xunit;

namespace LLamaNet.Tests.Contracts;

public class RopeContract : BackendContract
{
    private const int Positions = 201;

    private static AttentionShape[] Shapes =>
        [new(1, 1, 2), new(4, 2, 24), new(3, 3, 64), new(5, 1, 80), new(2, 1, 128), new(2, 2, 256)];

    [Theory]
    [MemberData(nameof(Backends))]
    public void Turns_the_halves_of_queries_and_keys_by_position_and_leaves_values(TestBackend kind)
    {
        Backend backend = Open(kind);
        foreach (AttentionShape shape in Shapes)
        {
            float[] qkv = Values.Normal(Rows * shape.QkvWidth, shape.HeadDim);
            double[] expected = Reference(qkv, shape);
            int half = shape.HeadDim / 2;

            // Two products and a sum, each rounded, and the rounding of the table: 3 roundings of each product.
            double Tolerance(int i)
            {
                int inHead = i % shape.QkvWidth % shape.HeadDim;
                double partner = qkv[inHead < half ? i + half : i - half];
                bool turned = i % shape.QkvWidth < shape.QueryWidth + shape.KeyWidth;
                return turned ? 3 * Close.Rounding * (Math.Abs(qkv[i]) + Math.Abs(partner)) : 0;
            }

            Close.Assert(expected, Compute(backend, qkv, shape), Tolerance);
        }
    }

    [Fact]
    public void Bits_are_the_same_everywhere()
    {
        foreach (AttentionShape shape in Shapes)
        {
            float[] qkv = Values.Normal(Rows * shape.QkvWidth, shape.HeadDim);
            AssertSameBits(backend => Compute(backend, qkv, shape));
        }
    }

    // Three sequences side by side: (first position, tokens).
    private static (int First, int Count)[] Segments => [(0, 5), (200, 1), (37, 61)];

    private static int Rows => Segments.Sum(segment => segment.Count);

    private static float[] Compute(Backend backend, float[] qkv, AttentionShape shape)
    {
        using RopeTable rope = Table(backend, shape.HeadDim);
        var batch = new Batch(Rows);
        foreach ((int first, int count) in Segments) batch.Append(new int[count], first, [], rope, Batch.Outputs.None);
        using Guarded turned = new(backend, Rows, shape.QkvWidth, qkv);
        backend.Rope(turned.Tensor, shape, batch);
        return turned.Read();
    }

    private static RopeTable Table(Backend backend, int headDim)
    {
        int half = headDim / 2;
        var cosines = new float[Positions * half];
        var sines = new float[Positions * half];
        for (int i = 0; i < cosines.Length; i++)
        {
            (double sine, double cosine) = Math.SinCos(Angle(i / half, i % half, headDim));
            (cosines[i], sines[i]) = ((float)cosine, (float)sine);
        }

        return new RopeTable(backend.Tensor(Positions, half, cosines), backend.Tensor(Positions, half, sines));
    }

    private static double Angle(int position, int pair, int headDim) => position * Math.Pow(10000, -2.0 * pair / headDim);

    private static double[] Reference(float[] qkv, AttentionShape shape)
    {
        double[] expected = [.. qkv.Select(value => (double)value)];
        int half = shape.HeadDim / 2;
        int row = 0;
        foreach (int position in Segments.SelectMany(segment => Enumerable.Range(segment.First, segment.Count)))
        {
            for (int head = 0; head < shape.Heads + shape.KvHeads; head++)
            {
                for (int pair = 0; pair < half; pair++)
                {
                    int at = row * shape.QkvWidth + head * shape.HeadDim + pair;
                    (double sine, double cosine) = Math.SinCos(Angle(position, pair, shape.HeadDim));
                    expected[at] = qkv[at] * cosine - qkv[at + half] * sine;
                    expected[at + half] = qkv[at] * sine + qkv[at + half] * cosine;
                }
            }

            row++;
        }

        return expected;
    }
}
