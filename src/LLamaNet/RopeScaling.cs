namespace LLamaNet;

/// <summary>How rotary frequencies are changed so that a model reads beyond the context it was trained on.</summary>
public abstract record RopeScaling
{
    private RopeScaling()
    {
    }

    /// <summary>The frequencies as trained.</summary>
    public static RopeScaling None { get; } = new Default();

    /// <summary>No scaling.</summary>
    public sealed record Default : RopeScaling;

    /// <summary>Every position divided by a factor.</summary>
    /// <param name="Factor">How many times longer the context becomes; at least 1.</param>
    public sealed record Linear(float Factor) : RopeScaling;

    /// <summary>Dynamic NTK: the base grows with the length of the sequence once that exceeds the original context.</summary>
    /// <param name="Factor">Growth of the base; at least 1.</param>
    /// <param name="OriginalContextLength">Tokens the model was trained on.</param>
    public sealed record Dynamic(float Factor, int OriginalContextLength) : RopeScaling;

    /// <summary>YaRN (arXiv 2309.00071): a ramp between interpolated and original frequencies, and an attention factor.</summary>
    /// <param name="Factor">How many times longer the context becomes.</param>
    /// <param name="OriginalContextLength">Tokens the model was trained on.</param>
    /// <param name="BetaFast">Rotations above which a frequency is kept.</param>
    /// <param name="BetaSlow">Rotations below which a frequency is interpolated.</param>
    /// <param name="AttentionFactor">Multiplier of cosines and sines; null means 0.1 ln(Factor) + 1.</param>
    public sealed record Yarn(
        float Factor, int OriginalContextLength, float BetaFast = 32, float BetaSlow = 1, float? AttentionFactor = null) : RopeScaling;

    /// <summary>LLaMA 3.1: low frequencies divided by a factor, high ones kept, a smooth step between.</summary>
    /// <param name="Factor">Divisor of the low frequencies.</param>
    /// <param name="LowFrequencyFactor">Wavelengths longer than the original context divided by this are scaled.</param>
    /// <param name="HighFrequencyFactor">Wavelengths shorter than the original context divided by this are kept.</param>
    /// <param name="OriginalContextLength">Tokens the model was trained on.</param>
    public sealed record Llama3(
        float Factor, float LowFrequencyFactor, float HighFrequencyFactor, int OriginalContextLength) : RopeScaling;

    /// <summary>One divisor for each frequency, as GGUF files carry them in <c>rope_freqs.weight</c>.</summary>
    /// <param name="Factors">headDim / 2 divisors, lowest dimension first.</param>
    public sealed record FrequencyFactors(IReadOnlyList<float> Factors) : RopeScaling;
}
