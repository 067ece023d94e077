using LLamaNet.Backends;
using LLamaNet.Tensors;

namespace LLamaNet.Tests.Doubles;

// A sequence whose queries, keys and values are made up, with its pages and the softmax attention over it in double precision.
internal sealed class TestSequence(AttentionShape shape, int seed, int maxLength, int[] pages)
{
    // [maxLength, q | k | v]
    public float[] Qkv { get; } = Values.Normal(maxLength * shape.QkvWidth, seed);

    public int[] Pages { get; } = pages;

    // Tokens whose keys and values are stored.
    public int Length { get; set; }

    public static int[] PagesFrom(int first, int positions) =>
        [.. Enumerable.Range(first, (positions + KvLayer.PageLength - 1) / KvLayer.PageLength)];

    public ReadOnlySpan<float> Rows(int first, int count) => Qkv.AsSpan(first * shape.QkvWidth, count * shape.QkvWidth);

    // One row of attention output, and how far a float computation may be off it. inHalves: as tensor cores compute it, with
    // the scaled queries and the weights rounded to half precision. What queries lose is known; a weight is off by half a unit
    // in the last place of a half, or of the smallest halves.
    public (double[] Expected, double[] Tolerance) Attend(int position, DType type, bool inHalves = false)
    {
        var expected = new double[shape.QueryWidth];
        var tolerance = new double[shape.QueryWidth];
        double[] stored = Stored((position + 1) * shape.QkvWidth, type);
        int first = shape.FirstKey(position);
        for (int head = 0; head < shape.Heads; head++)
        {
            int kvHead = head / shape.Group;
            double[] query = Query(position * shape.QkvWidth + head * shape.HeadDim, inHalves);
            double[] scores = [.. Enumerable.Range(0, position + 1).Select(key => key < first ? double.NegativeInfinity : 0)];
            double largestProduct = 0;
            double largestValue = 0;
            for (int key = first; key <= position; key++)
            {
                int k = key * shape.QkvWidth + shape.QueryWidth + kvHead * shape.HeadDim;
                double product = 0;
                for (int i = 0; i < shape.HeadDim; i++)
                {
                    double term = query[i] * stored[k + i];
                    scores[key] += term;
                    product += Math.Abs(term);
                    largestValue = Math.Max(largestValue, Math.Abs(stored[k + shape.KeyWidth + i]));
                }

                largestProduct = Math.Max(largestProduct, product);
            }

            double max = scores.Max();
            double[] weights = [.. scores.Select(score => Math.Exp(score - max))];
            double sum = weights.Sum();

            // Each score is off by headDim + 2 roundings, and with it the exponent's weights; exp by 2e-7; sums by a
            // rounding a key.
            double relative = (2 * (shape.HeadDim + 2) * largestProduct + 2 * (position + 2)) * Close.Rounding + 6e-7;
            if (inHalves) relative += 1.0 / 2048 + (position + 1) / (double)(1 << 25);
            for (int i = 0; i < shape.HeadDim; i++)
            {
                int v = shape.QueryWidth + shape.KeyWidth + kvHead * shape.HeadDim + i;
                for (int key = first; key <= position; key++)
                    expected[head * shape.HeadDim + i] += weights[key] / sum * stored[key * shape.QkvWidth + v];
                tolerance[head * shape.HeadDim + i] = relative * largestValue;
            }
        }

        return (expected, tolerance);
    }

    // Of one head, scaled.
    private double[] Query(int first, bool inHalves)
    {
        var query = new double[shape.HeadDim];
        // Scores on tensor cores are exponents of 2, not of e.
        double scale = shape.Scale ?? 1 / Math.Sqrt(shape.HeadDim);
        float exponentScale = (float)(scale / Math.Log(2));
        for (int i = 0; i < query.Length; i++)
            query[i] = inHalves ? (double)(Half)(Qkv[first + i] * exponentScale) * Math.Log(2) : Qkv[first + i] * scale;
        return query;
    }

    // The first values of Qkv as a cache of the type keeps them.
    private double[] Stored(int count, DType type)
    {
        if (type == DType.Q8_0)
        {
            // Heads are whole blocks, so rows are too.
            var blocks = new byte[WeightFormat.Of(type).RowBytes(count)];
            var rounded = new float[count];
            WeightFormat.Of(type).Quantize(Qkv.AsSpan(0, count), blocks);
            WeightFormat.Of(type).Dequantize(blocks, rounded);
            return [.. rounded.Select(value => (double)value)];
        }

        var values = new double[count];
        for (int i = 0; i < count; i++) values[i] = type == DType.F16 ? (double)(Half)Qkv[i] : Qkv[i];
        return values;
    }
}
