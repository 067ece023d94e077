using System.Runtime.InteropServices;
using LLamaNet.Architectures.Rope;
using LLamaNet.Tensors;

namespace LLamaNet.Checkpoints.Gguf;

// A tensor of divisors, one for each rotated pair of a head. [1, pairs], F32. LLaMA 3.1's scaling is written as such a tensor.
internal sealed class RopeFactors(string name, IReadOnlyList<float> factors) : MatrixSource(name, DType.F32, 1, factors.Count)
{
    // For all sequences; for those longer than the original context, and for those within it.
    public const string All = "rope_freqs.weight";
    public const string Long = "rope_factors_long.weight";
    public const string Short = "rope_factors_short.weight";

    // None for a scaling that is written as keys. Throws ModelFormatException, naming source, for one that GGUF has no words for.
    public static IReadOnlyList<RopeFactors> Of(string source, LlamaConfig config) => config.RopeScaling switch
    {
        RopeScaling.FrequencyFactors factors => [new RopeFactors(All, factors.Factors)],
        RopeScaling.Llama3 => [new RopeFactors(All, [.. RopeFrequencies.Divisors(config).Select(divisor => (float)divisor)])],
        RopeScaling.LongRope longRope =>
            [new RopeFactors(Long, longRope.LongFactors), new RopeFactors(Short, longRope.ShortFactors)],
        RopeScaling.Dynamic => throw new ModelFormatException(source, "rope scaling", "one that GGUF has words for", "dynamic"),
        _ => [],
    };

    public override void ReadRows(int firstRow, int count, Span<byte> destination) =>
        MemoryMarshal.AsBytes<float>([.. factors]).CopyTo(destination);
}
