namespace LLamaNet.Architectures.Rope;

// Cosines and sines of every position's angles, computed in double precision: [positions, headDim / 2] each. Pairs that are not
// rotated have an angle of 0.
internal sealed record RopeAngles(float[] Cosines, float[] Sines)
{
    // Sequences whose prompts have the same key share a table. Few scalings look at the prompt, and only beyond the original
    // context: dynamic NTK at its length, LongRoPE not.
    public static int KeyOf(LlamaConfig config, int promptLength) => config.RopeScaling switch
    {
        RopeScaling.Dynamic dynamic => Math.Max(promptLength, dynamic.OriginalContextLength),
        RopeScaling.LongRope longRope =>
            Math.Clamp(promptLength, longRope.OriginalContextLength, longRope.OriginalContextLength + 1),
        _ => 0,
    };

    // Position p uses the frequencies of a sequence of max(key, p + 1) tokens. Prefill of a whole prompt and single steps
    // after it give the same, however the prompt is cut into chunks.
    public static RopeAngles Of(LlamaConfig config, int key, int positions)
    {
        int pairs = config.HeadDim / 2;
        bool looksAtLength = config.RopeScaling is RopeScaling.Dynamic or RopeScaling.LongRope;
        var cosines = new float[positions * pairs];
        var sines = new float[positions * pairs];
        double[] frequencies = RopeFrequencies.Compute(config, key, out double attentionFactor);
        for (int position = 0; position < positions; position++)
        {
            if (looksAtLength && position >= key)
                frequencies = RopeFrequencies.Compute(config, position + 1, out attentionFactor);
            for (int i = 0; i < pairs; i++)
            {
                bool isRotated = i < frequencies.Length;
                (double sine, double cosine) = isRotated ? Math.SinCos(position * frequencies[i]) : (0, 1);
                double factor = isRotated ? attentionFactor : 1;
                cosines[position * pairs + i] = (float)(cosine * factor);
                sines[position * pairs + i] = (float)(sine * factor);
            }
        }

        return new RopeAngles(cosines, sines);
    }
}
