namespace LLamaNet.Architectures.Rope;

// Radians per position of each pair of a head: theta^(-2i / headDim), scaled as the model says.
internal static class RopeFrequencies
{
    // length: tokens of the sequence, for dynamic scaling. attentionFactor multiplies cosines and sines (YaRN).
    public static double[] Compute(LlamaConfig config, int length, out double attentionFactor)
    {
        attentionFactor = 1;
        double[] frequencies = Unscaled(config.RopeTheta, config.HeadDim);
        switch (config.RopeScaling)
        {
            case RopeScaling.Linear linear:
                return [.. frequencies.Select(f => f / linear.Factor)];
            case RopeScaling.Dynamic dynamic:
                return Unscaled(DynamicTheta(dynamic, config, length), config.HeadDim);
            case RopeScaling.Llama3 llama3:
                return [.. frequencies.Select(f => Llama3(llama3, f))];
            case RopeScaling.Yarn yarn:
                attentionFactor = yarn.AttentionFactor ?? (yarn.Factor <= 1 ? 1 : 0.1 * Math.Log(yarn.Factor) + 1);
                return Yarn(yarn, config, frequencies);
            case RopeScaling.FrequencyFactors factors:
                return [.. frequencies.Select((f, i) => f / factors.Factors[i])];
            default:
                return frequencies;
        }
    }

    // What each frequency is divided by, where the scaling does not depend on the sequence's length.
    public static double[] Divisors(LlamaConfig config)
    {
        double[] scaled = Compute(config, 0, out _);
        return [.. Unscaled(config.RopeTheta, config.HeadDim).Select((frequency, i) => frequency / scaled[i])];
    }

    private static double[] Unscaled(double theta, int headDim) =>
        [.. Enumerable.Range(0, headDim / 2).Select(i => Math.Pow(theta, -2.0 * i / headDim))];

    // "NTK-aware" base for sequences longer than the original context, as in Hugging Face's implementation.
    private static double DynamicTheta(RopeScaling.Dynamic scaling, LlamaConfig config, int length)
    {
        double longest = Math.Max(length, scaling.OriginalContextLength);
        double growth = scaling.Factor * longest / scaling.OriginalContextLength - (scaling.Factor - 1);
        return config.RopeTheta * Math.Pow(growth, config.HeadDim / (config.HeadDim - 2.0));
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

    private static double[] Yarn(RopeScaling.Yarn scaling, LlamaConfig config, double[] frequencies)
    {
        // The pair that turns `rotations` times over the original context.
        double PairOf(double rotations)
        {
            double logarithm = Math.Log(scaling.OriginalContextLength / (rotations * 2 * Math.PI));
            return config.HeadDim * logarithm / (2 * Math.Log(config.RopeTheta));
        }

        double low = Math.Max(Math.Floor(PairOf(scaling.BetaFast)), 0);
        double high = Math.Min(Math.Ceiling(PairOf(scaling.BetaSlow)), config.HeadDim - 1);
        if (low == high) high += 0.001;
        return [.. frequencies.Select((f, i) =>
        {
            double interpolated = Math.Clamp((i - low) / (high - low), 0, 1);
            return f * (1 - interpolated) + f / scaling.Factor * interpolated;
        })];
    }
}
