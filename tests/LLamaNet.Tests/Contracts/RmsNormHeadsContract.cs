using LLamaNet.Backends;
using LLamaNet.Tensors;
using Xunit;

namespace LLamaNet.Tests.Contracts;

public class RmsNormHeadsContract : BackendContract
{
    private const float Epsilon = 1e-5f;

    private static AttentionShape[] Shapes =>
        [new(1, 1, 2), new(4, 2, 24), new(8, 1, 64), new(3, 3, 80), new(2, 1, 128), new(2, 2, 256), new(6, 2, 40)];

    [Theory]
    [MemberData(nameof(Backends))]
    public void Norms_each_head_of_queries_and_keys_and_leaves_values(TestBackend kind)
    {
        Backend backend = Open(kind);
        foreach (AttentionShape shape in Shapes)
        {
            foreach (int rows in (int[])[1, 2, 37])
            {
                float[] qkv = Values.Normal(rows * shape.QkvWidth, shape.HeadDim), y = Compute(backend, qkv, shape);
                double[] expected = Reference(qkv, shape);
                Close.Assert(expected, y, i => Math.Abs(expected[i]) * Tolerance(shape, i));
            }
        }
    }

    [Fact]
    public void Bits_are_the_same_everywhere()
    {
        foreach (AttentionShape shape in Shapes)
        {
            float[] qkv = Values.Normal(19 * shape.QkvWidth, shape.HeadDim);
            AssertSameBits(backend => Compute(backend, qkv, shape));
        }
    }

    // A sum of squares of positive terms, a division, a sum, a root, a division and two products. Values are exact.
    private static double Tolerance(AttentionShape shape, int i) =>
        i % shape.QkvWidth < shape.QueryWidth + shape.KeyWidth ? (shape.HeadDim / 2.0 + 6) * Close.Rounding : 0;

    private static float[] QueryNorm(AttentionShape shape) => Values.Normal(shape.HeadDim, 5);

    private static float[] KeyNorm(AttentionShape shape) => Values.Normal(shape.HeadDim, 6);

    private static float[] Compute(Backend backend, float[] qkv, AttentionShape shape)
    {
        int rows = qkv.Length / shape.QkvWidth;
        using Guarded y = new(backend, rows, shape.QkvWidth, qkv);
        using Tensor queryNorm = backend.Tensor(1, shape.HeadDim, QueryNorm(shape));
        using Tensor keyNorm = backend.Tensor(1, shape.HeadDim, KeyNorm(shape));
        backend.RmsNormHeads(y.Tensor, queryNorm, keyNorm, shape, rows, Epsilon);
        return y.Read();
    }

    private static double[] Reference(float[] qkv, AttentionShape shape)
    {
        double[] y = [.. qkv.Select(value => (double)value)];
        for (int first = 0; first < y.Length; first += shape.HeadDim)
        {
            int head = first % shape.QkvWidth / shape.HeadDim;
            if (head >= shape.Heads + shape.KvHeads) continue;
            float[] norm = head < shape.Heads ? QueryNorm(shape) : KeyNorm(shape);
            double mean = y.AsSpan(first, shape.HeadDim).ToArray().Average(value => value * value);
            for (int i = 0; i < shape.HeadDim; i++) y[first + i] = y[first + i] / Math.Sqrt(mean + Epsilon) * norm[i];
        }

        return y;
    }
}
