namespace LLamaNet.Architectures.Rope;

// Radians per position of each rotated pair of a head: theta^(-2i / d), scaled as the model says. d: rotated elements.
internal static class RopeFrequencies
{
    // length: tokens of the sequence, for scalings that depend on it. attentionFactor multiplies cosines and sines.
    public static double[] Compute(LlamaConfig config, int length, out double attentionFactor)
    {
        attentionFactor = 1;
        int dim = RopeDim(config);
        double[] frequencies = Unscaled(config.RopeTheta, dim);
        switch (config.RopeScaling)
        {
            case RopeScaling.Linear linear:
                return [.. frequencies.Select(f => f / linear.Factor)];
            case RopeScaling.Dynamic dynamic:
                return Unscaled(DynamicTheta(dynamic, config.RopeTheta, dim, length), dim);
            case RopeScaling.Llama3 llama3:
                return [.. frequencies.Select(f => Llama3(llama3, f))];
            case RopeScaling.Yarn yarn:
                attentionFactor = yarn.AttentionFactor ?? (yarn.Factor <= 1 ? 1 : 0.1 * Math.Log(yarn.Factor) + 1);
                return Yarn(yarn, config.RopeTheta, dim, frequencies);
            case RopeScaling.FrequencyFactors factors:
                return [.. frequencies.Select((f, i) => f / factors.Factors[i])];
            case RopeScaling.LongRope longRope:
                attentionFactor = longRope.AttentionFactor;
                bool isLong = length > longRope.OriginalContextLength;
                IReadOnlyList<float> divisors = isLong ? longRope.LongFactors : longRope.ShortFactors;
                return [.. frequencies.Select((f, i) => f / divisors[i])];
            default:
                return frequencies;
        }
    }

    // What each frequency is divided by, where the scaling does not depend on the sequence's length.
    public static double[] Divisors(LlamaConfig config)
    {
        double[] scaled = Compute(config, 0, out _);
        return [.. Unscaled(config.RopeTheta, RopeDim(config)).Select((frequency, i) => frequency / scaled[i])];
    }

    private static int RopeDim(LlamaConfig config) => config.RopeDim ?? config.HeadDim;

    private static double[] Unscaled(double theta, int dim) =>
        [.. Enumerable.Range(0, dim / 2).Select(i => Math.Pow(theta, -2.0 * i / dim))];

    // "NTK-aware" base for sequences longer than the original context, as in Hugging Face's implementation.
    private static double DynamicTheta(RopeScaling.Dynamic scaling, double theta, int dim, int length)
    {
        double longest = Math.Max(length, scaling.OriginalContextLength);
        double growth = scaling.Factor * longest / scaling.OriginalContextLength - (scaling.Factor - 1);
        return theta * Math.Pow(growth, dim / (dim - 2.0));
    }

    private static double Llama3(RopeScaling.Llama3 scaling, double frequency)
    {
        double wavelength = 2 * Math.PI / frequency;
        if (wavelength < scaling.OriginalContextLength / (double)scaling.HighFrequencyFactor) return frequency;
        if (wavelength > scaling.OriginalContextLength / (double)scaling.LowFrequencyFactor) return frequency / scaling.Factor;
        double kept = (scaling.OriginalContextLength / wavelength - scaling.LowFrequencyFactor)
            / (scaling.HighFrequencyFactor - scaling.LowFrequencyFactor);
        return (1 - kept) * frequency / scaling.Factor + kept * frequency;
    }

    private static double[] Yarn(RopeScaling.Yarn scaling, double theta, int dim, double[] frequencies)
    {
        // The pair that turns `rotations` times over the original context.
        double PairOf(double rotations)
        {
            double logarithm = Math.Log(scaling.OriginalContextLength / (rotations * 2 * Math.PI));
            return dim * logarithm / (2 * Math.Log(theta));
        }

        double low = Math.Max(Math.Floor(PairOf(scaling.BetaFast)), 0);
        double high = Math.Min(Math.Ceiling(PairOf(scaling.BetaSlow)), dim - 1);
        if (low == high) high += 0.001;
        return [.. frequencies.Select((f, i) =>
        {
            double interpolated = Math.Clamp((i - low) / (high - low), 0, 1);
            return f * (1 - interpolated) + f / scaling.Factor * interpolated;
        })];
    }
}
