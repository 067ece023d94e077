using System.Numerics.Tensors;

namespace LLamaNet.Tensors;

internal static class Finite
{
    // v * 0 is 0 for every finite v and NaN for every other.
    public static bool All(ReadOnlySpan<float> values) => values.IsEmpty || TensorPrimitives.IsFiniteAll(values);
}
