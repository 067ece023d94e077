namespace LLamaNet.Architectures.Rope;

// Cosines and sines of every position's angles, computed in double precision: [positions, headDim / 2] each.
internal sealed record RopeAngles(float[] Cosines, float[] Sines)
{
    // Sequences whose prompts have the same key share a table. Only dynamic NTK scaling looks at the prompt, and only beyond
    // the original context.
    public static int KeyOf(LlamaConfig config, int promptLength) =>
        config.RopeScaling is RopeScaling.Dynamic dynamic ? Math.Max(promptLength, dynamic.OriginalContextLength) : 0;

    // Position p uses the frequencies of a sequence of max(key, p + 1) tokens. Prefill of a whole prompt and single steps
    // after it give the same, however the prompt is cut into chunks.
    public static RopeAngles Of(LlamaConfig config, int key, int positions)
    {
        int pairs = config.HeadDim / 2;
        var cosines = new float[positions * pairs];
        var sines = new float[positions * pairs];
        double[] frequencies = RopeFrequencies.Compute(config, key, out double attentionFactor);
        for (int position = 0; position < positions; position++)
        {
            if (config.RopeScaling is RopeScaling.Dynamic && position >= key)
                frequencies = RopeFrequencies.Compute(config, position + 1, out attentionFactor);
            for (int i = 0; i < pairs; i++)
            {
                (double sine, double cosine) = Math.SinCos(position * frequencies[i]);
                cosines[position * pairs + i] = (float)(cosine * attentionFactor);
                sines[position * pairs + i] = (float)(sine * attentionFactor);
            }
        }

        return new RopeAngles(cosines, sines);
    }
}
