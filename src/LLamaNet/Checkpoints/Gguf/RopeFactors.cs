using System.Runtime.InteropServices;
using LLamaNet.Tensors;

namespace LLamaNet.Checkpoints.Gguf;

// The tensor rope_freqs.weight: a divisor for each rotary frequency. [1, headDim / 2], F32.
internal sealed class RopeFactors(float[] factors) : MatrixSource(TensorNames.RopeFactors, DType.F32, 1, factors.Length)
{
    // Null for a scaling that is written as keys, or none.
    public static RopeFactors? Of(string path, LlamaConfig config) => config.RopeScaling switch
    {
        RopeScaling.FrequencyFactors factors => new RopeFactors([.. factors.Factors]),
        RopeScaling.Llama3 llama3 =>
            new RopeFactors([.. Enumerable.Range(0, config.HeadDim / 2).Select(pair => Llama3(llama3, config, pair))]),
        RopeScaling.Dynamic => throw new ModelFormatException(path, "rope scaling", "one that GGUF has words for", "dynamic"),
        _ => null,
    };

    public override void ReadRows(int firstRow, int count, Span<byte> destination) =>
        MemoryMarshal.AsBytes(factors.AsSpan()).CopyTo(destination);

    // 1 for short wavelengths, Factor for long ones, 1 / (mix / 1 + (1 - mix) / Factor) between.
    private static float Llama3(RopeScaling.Llama3 scaling, LlamaConfig config, int pair)
    {
        double turns = scaling.OriginalContextLength * Math.Pow(config.RopeTheta, -2.0 * pair / config.HeadDim) / (2 * Math.PI);
        double mix = (turns - scaling.LowFrequencyFactor) / (scaling.HighFrequencyFactor - (double)scaling.LowFrequencyFactor);
        mix = Math.Clamp(mix, 0, 1);
        return (float)(1 / (mix + (1 - mix) / scaling.Factor));
    }
}
