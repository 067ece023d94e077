using LLamaNet.Console.Measurement;
using Xunit;

namespace LLamaNet.Tests.Console;

public class PerplexityTests
{
    [Fact]
    public void A_uniform_guess_has_the_vocabulary_as_perplexity()
    {
        var perplexity = new Perplexity();
        float[] logits = new float[512];
        Array.Fill(logits, -3.5f);
        for (int target = 0; target < logits.Length; target++) perplexity.Add(logits, target);
        Assert.Equal(512, perplexity.Tokens);
        Assert.Equal(512, perplexity.Value, tolerance: 1e-9);
        Assert.Equal(Math.Log(512), perplexity.MeanNegativeLogLikelihood, tolerance: 1e-12);
    }

    [Fact]
    public void Known_probabilities_come_back()
    {
        float[] logits = [MathF.Log(0.5f), MathF.Log(0.25f), MathF.Log(0.25f)];
        Assert.Equal(Math.Log(2), Perplexity.NegativeLogLikelihood(logits, 0), tolerance: 1e-7);
        Assert.Equal(Math.Log(4), Perplexity.NegativeLogLikelihood(logits, 2), tolerance: 1e-7);
    }

    [Fact]
    public void Large_logits_neither_overflow_nor_vanish()
    {
        float[] logits = [1e30f, 0, -1e30f];
        Assert.Equal(0, Perplexity.NegativeLogLikelihood(logits, 0));
        Assert.Equal(2 * (double)1e30f, Perplexity.NegativeLogLikelihood(logits, 2));
    }

    [Fact]
    public void Forbidden_tokens_do_not_count()
    {
        float[] logits = [0, float.NegativeInfinity, 0];
        Assert.Equal(Math.Log(2), Perplexity.NegativeLogLikelihood(logits, 0), tolerance: 1e-12);
        Assert.Equal(double.PositiveInfinity, Perplexity.NegativeLogLikelihood(logits, 1));
    }

    [Fact]
    public void Text_is_cut_into_chunks_that_begin_with_bos()
    {
        IReadOnlyList<int[]> chunks = Perplexity.Chunks([1, 10, 11, 12, 13, 14, 15, 16, 17], 4, bos: 1);
        Assert.Equal([[1, 10, 11, 12], [1, 14, 15, 16]], chunks);
        Assert.Equal([1, 10, 11, 12], Perplexity.Chunks([13, 10, 11, 12], 4, bos: 1)[0]);
        Assert.Equal([13, 10, 11, 12], Perplexity.Chunks([13, 10, 11, 12], 4, bos: null)[0]);
        Assert.Empty(Perplexity.Chunks([1, 10, 11], 4, bos: 1));
    }

    // The counts of shared/data/golden/perplexity.json.
    [Theory]
    [InlineData(15574, 256, 60, 7620)]
    [InlineData(16001, 128, 125, 7875)]
    public void The_second_half_of_each_chunk_is_scored(int tokens, int length, int chunks, int scored)
    {
        Assert.Equal(chunks, Perplexity.Chunks(new int[tokens], length, bos: 0).Count);
        Assert.Equal(scored, chunks * (Perplexity.LastScored(length) - Perplexity.FirstScored(length) + 1));
    }
}
