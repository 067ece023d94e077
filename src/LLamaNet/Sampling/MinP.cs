using System.Numerics.Tensors;

namespace LLamaNet.Sampling;

// Keeps tokens at least p times as likely as the likeliest (Nguyen et al., arXiv 2407.01082).
internal static class MinP
{
    public static void Apply(Span<float> weights, float p)
    {
        if (p == 0) return;
        float bound = Math.Min(p, 1) * TensorPrimitives.Max(weights);
        for (int id = 0; id < weights.Length; id++)
        {
            if (weights[id] < bound) weights[id] = 0;
        }
    }
}
