using System.Runtime.InteropServices;
using LLamaNet.Architectures.Rope;
using LLamaNet.Tensors;

namespace LLamaNet.Checkpoints.Gguf;

// The tensor rope_freqs.weight: a divisor for each rotary frequency. [1, headDim / 2], F32.
internal sealed class RopeFactors(float[] factors) : MatrixSource(TensorName, DType.F32, 1, factors.Length)
{
    public const string TensorName = "rope_freqs.weight";

    // Null for a scaling that is written as keys, or none.
    public static RopeFactors? Of(string path, LlamaConfig config) => config.RopeScaling switch
    {
        RopeScaling.FrequencyFactors factors => new RopeFactors([.. factors.Factors]),
        RopeScaling.Llama3 => new RopeFactors([.. RopeFrequencies.Divisors(config).Select(divisor => (float)divisor)]),
        RopeScaling.Dynamic => throw new ModelFormatException(path, "rope scaling", "one that GGUF has words for", "dynamic"),
        _ => null,
    };

    public override void ReadRows(int firstRow, int count, Span<byte> destination) =>
        MemoryMarshal.AsBytes(factors.AsSpan()).CopyTo(destination);
}
