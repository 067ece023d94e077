using System.Numerics.Tensors;

namespace LLamaNet.Sampling;

// Probabilities of all tokens before division by their sum, indexed by token id. Zero: the token cannot be drawn. Every
// cut sets weights to zero and leaves at least one, so a cut sees the distribution that the cuts before it left.
internal static class TokenWeights
{
    private const int BlockLength = 1024;

    // exp((logit - max) / temperature), in place; the likeliest token's weight is 1.
    public static void FromLogits(Span<float> logits, float max, float temperature)
    {
        TensorPrimitives.Subtract(logits, max, logits);
        // Not a product with 1 / temperature: that is infinite for the smallest temperatures, and 0 * infinity is NaN.
        if (temperature != 1) TensorPrimitives.Divide(logits, temperature, logits);
        TensorPrimitives.Exp(logits, logits);
    }

    // In double precision and in one order, whatever the width of the machine's vectors.
    public static double Sum(ReadOnlySpan<float> weights)
    {
        double sum0 = 0, sum1 = 0, sum2 = 0, sum3 = 0;
        int i = 0;
        for (; i <= weights.Length - 4; i += 4)
        {
            sum0 += weights[i];
            sum1 += weights[i + 1];
            sum2 += weights[i + 2];
            sum3 += weights[i + 3];
        }

        for (; i < weights.Length; i++) sum0 += weights[i];
        return sum0 + sum1 + (sum2 + sum3);
    }

    // The token whose share of the sum, shares laid side by side by id, covers uniform, a number in [0, 1).
    public static int Draw(ReadOnlySpan<float> weights, double uniform)
    {
        double target = uniform * Sum(weights);
        int end = 0;
        while (end < weights.Length)
        {
            int start = end;
            end = Math.Min(start + BlockLength, weights.Length);
            double mass = Sum(weights[start..end]);
            if (target >= mass)
            {
                target -= mass;
                continue;
            }

            for (int id = start; id < end; id++)
            {
                target -= weights[id];
                if (target < 0) return id;
            }

            break;
        }

        // Rounding left the target at the very end of the last share.
        return weights[..end].LastIndexOfAnyExcept(0f);
    }
}
