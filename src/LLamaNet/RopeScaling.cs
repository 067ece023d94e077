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
        float Factor, int OriginalContextLength, float BetaFast = 32, float BetaSlow = 1,
            float? AttentionFactor = null) : RopeScaling;

    /// <summary>LLaMA 3.1: low frequencies divided by a factor, high ones kept, a smooth step between.</summary>
    /// <param name="Factor">Divisor of the low frequencies.</param>
    /// <param name="LowFrequencyFactor">Wavelengths longer than the original context divided by this are scaled.</param>
    /// <param name="HighFrequencyFactor">Wavelengths shorter than the original context divided by this are kept.</param>
    /// <param name="OriginalContextLength">Tokens the model was trained on.</param>
    public sealed record Llama3(
        float Factor, float LowFrequencyFactor, float HighFrequencyFactor, int OriginalContextLength) : RopeScaling;

    /// <summary>One divisor for each frequency, as GGUF files carry them in <c>rope_freqs.weight</c>.</summary>
    /// <param name="Factors">A divisor for each rotated pair, lowest dimension first.</param>
    public sealed record FrequencyFactors(IReadOnlyList<float> Factors) : RopeScaling
    {
        /// <inheritdoc/>
        public bool Equals(FrequencyFactors? other) => other is not null && Factors.SequenceEqual(other.Factors);

        /// <inheritdoc/>
        public override int GetHashCode() => HashOf(Factors);
    }

    /// <summary>
    /// LongRoPE (arXiv 2402.13753): divisors for sequences within the original context, others for longer ones. A position uses
    /// the long ones when its prompt, or the text up to it, is longer than the original context; earlier keys stay as they are.
    /// </summary>
    /// <param name="ShortFactors">A divisor for each rotated pair, lowest dimension first, within the original context.</param>
    /// <param name="LongFactors">The same beyond it.</param>
    /// <param name="OriginalContextLength">Tokens the model was trained on.</param>
    /// <param name="AttentionFactor">Multiplier of cosines and sines.</param>
    public sealed record LongRope(
        IReadOnlyList<float> ShortFactors, IReadOnlyList<float> LongFactors, int OriginalContextLength, float AttentionFactor)
        : RopeScaling
    {
        /// <inheritdoc/>
        public bool Equals(LongRope? other) => other is not null
            && ShortFactors.SequenceEqual(other.ShortFactors)
            && LongFactors.SequenceEqual(other.LongFactors)
            && OriginalContextLength == other.OriginalContextLength
            && AttentionFactor == other.AttentionFactor;

        /// <inheritdoc/>
        public override int GetHashCode() =>
            HashCode.Combine(HashOf(ShortFactors), HashOf(LongFactors), OriginalContextLength, AttentionFactor);
    }

    private static int HashOf(IReadOnlyList<float> factors)
    {
        var hash = new HashCode();
        foreach (float factor in factors) hash.Add(factor);
        return hash.ToHashCode();
    }
}
