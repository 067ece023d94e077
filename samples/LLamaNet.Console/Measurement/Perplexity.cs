namespace LLamaNet.Console.Measurement;

// exp of the mean of -ln p(next token), by the rule that the field's figures follow (llama.cpp's `perplexity`): the text is cut
// into chunks of n tokens, what does not fill one is left out, each begins with BOS, and only tokens with at least n / 2
// tokens before them are scored. In double precision: sums of thousands of floats would lose the fourth digit.
internal sealed class Perplexity
{
    private double _sum;

    public int Tokens { get; private set; }

    public double MeanNegativeLogLikelihood => _sum / Tokens;

    public double Value => Math.Exp(MeanNegativeLogLikelihood);

    // First and last position of a chunk whose logits are scored, each against the token that follows it.
    public static int FirstScored(int chunkLength) => chunkLength / 2;

    public static int LastScored(int chunkLength) => chunkLength - 2;

    // `ids` are the whole text's, BOS included; where the tokenizer adds none, `bos` is null and chunks stay as they are.
    public static IReadOnlyList<int[]> Chunks(IReadOnlyList<int> ids, int length, int? bos)
    {
        var chunks = new int[ids.Count / length][];
        for (int i = 0; i < chunks.Length; i++)
        {
            int[] chunk = new int[length];
            for (int j = 0; j < length; j++) chunk[j] = ids[i * length + j];
            if (bos is { } id) chunk[0] = id;
            chunks[i] = chunk;
        }

        return chunks;
    }

    public void Add(ReadOnlySpan<float> logits, int target)
    {
        _sum += NegativeLogLikelihood(logits, target);
        Tokens++;
    }

    // -ln softmax(logits)[target] = max + ln sum exp(logit - max) - logits[target]
    public static double NegativeLogLikelihood(ReadOnlySpan<float> logits, int target)
    {
        double max = double.NegativeInfinity;
        foreach (float logit in logits) max = Math.Max(max, logit);
        double sum = 0;
        foreach (float logit in logits) sum += Math.Exp(logit - max);
        return max + Math.Log(sum) - logits[target];
    }
}
