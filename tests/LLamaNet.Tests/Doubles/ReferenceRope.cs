namespace LLamaNet.Tests.Doubles;

// The formulas of the papers and of Hugging Face's modeling_rope_utils, written down a second time.
internal static class ReferenceRope
{
    // Radians per position of each rotated pair. length: tokens of the sequence.
    public static double[] Frequencies(LlamaConfig config, int length)
    {
        int d = config.RopeDim ?? config.HeadDim;
        double theta = config.RopeTheta;
        if (config.RopeScaling is RopeScaling.Dynamic dynamic)
        {
            double s = Math.Max(length, dynamic.OriginalContextLength) / (double)dynamic.OriginalContextLength;
            theta *= Math.Pow(dynamic.Factor * s - (dynamic.Factor - 1), d / (d - 2.0));
        }

        return [.. Enumerable.Range(0, d / 2).Select(i =>
        {
            double f = 1 / Math.Pow(theta, 2.0 * i / d);
            switch (config.RopeScaling)
            {
                case RopeScaling.Linear linear:
                    return f / linear.Factor;
                case RopeScaling.FrequencyFactors factors:
                    return f / factors.Factors[i];
                case RopeScaling.LongRope longRope:
                    return f / (length > longRope.OriginalContextLength ? longRope.LongFactors : longRope.ShortFactors)[i];
                case RopeScaling.Llama3 s:
                    double turns = s.OriginalContextLength * f / (2 * Math.PI);
                    double keep = (turns - s.LowFrequencyFactor) / (s.HighFrequencyFactor - s.LowFrequencyFactor);
                    keep = Math.Clamp(keep, 0, 1);
                    return keep * f + (1 - keep) * f / s.Factor;
                case RopeScaling.Yarn s:
                    double low = Math.Max(Math.Floor(Dim(s, s.BetaFast)), 0),
                        high = Math.Min(Math.Ceiling(Dim(s, s.BetaSlow)), d - 1);
                    double ramp = Math.Clamp((i - low) / (high - low == 0 ? 0.001 : high - low), 0, 1);
                    return f * (1 - ramp) + f / s.Factor * ramp;
                default:
                    return f;
            }
        })];

        double Dim(RopeScaling.Yarn scaling, double rotations) =>
            d * Math.Log(scaling.OriginalContextLength / (rotations * 2 * Math.PI)) / (2 * Math.Log(theta));
    }

    // Multiplier of cosines and sines.
    public static double Factor(LlamaConfig config) => config.RopeScaling switch
    {
        RopeScaling.Yarn yarn => yarn.AttentionFactor ?? 0.1 * Math.Log(yarn.Factor) + 1,
        RopeScaling.LongRope longRope => longRope.AttentionFactor,
        _ => 1,
    };
}
