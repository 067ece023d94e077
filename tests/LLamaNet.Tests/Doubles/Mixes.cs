using LLamaNet.Architectures.Mixes;

namespace LLamaNet.Tests.Doubles;

// Mixes by the name that they share with a format.
internal static class Mixes
{
    public static QuantizationMix Of(DType type) => QuantizationMix.TryFind($"{type}")!;
}
