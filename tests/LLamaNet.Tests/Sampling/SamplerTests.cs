using CsCheck;
using LLamaNet.Sampling;
using Xunit;

namespace LLamaNet.Tests.Sampling;

public class SamplerTests
{
    private static readonly float[] s_logits = [1.5f, -0.5f, 2f, 0f, 1.9f, -3f, 0.7f, 2f, -1f, 1f];

    public static TheoryData<GenerationOptions> Chains => new()
    {
        new GenerationOptions(),
        new GenerationOptions { Temperature = 0.5f },
        new GenerationOptions { Temperature = 3f, TopK = 4 },
        new GenerationOptions { TopP = 0.6f },
        new GenerationOptions { Temperature = 1.3f, TopP = 0.9f, TopK = 7 },
        new GenerationOptions { MinP = 0.3f },
        new GenerationOptions { TypicalP = 0.7f },
        new GenerationOptions { Temperature = 0.8f, TopK = 8, TypicalP = 0.95f, TopP = 0.9f, MinP = 0.1f },
        new GenerationOptions { RepetitionPenalty = 1.8f, FrequencyPenalty = 0.2f, PresencePenalty = 0.1f },
        new GenerationOptions { LogitBias = new Dictionary<int, float> { [2] = float.NegativeInfinity, [5] = 4 } },
    };

    [Theory]
    [MemberData(nameof(Chains))]
    public void Draws_follow_the_exact_probabilities(GenerationOptions options)
    {
        const int Draws = 20_000;
        int[] prompt = [0, 2, 2, 5];
        double[] expected = Probabilities(s_logits, options, prompt);
        Sampler sampler = Create(options, s_logits.Length, prompt, seed: 42);
        var counts = new int[s_logits.Length];
        for (int index = 0; index < Draws; index++) counts[sampler.Sample(s_logits, index)]++;

        double chiSquare = 0;
        for (int id = 0; id < counts.Length; id++)
        {
            if (expected[id] == 0) Assert.Equal(0, counts[id]);
            else chiSquare += Math.Pow(counts[id] - Draws * expected[id], 2) / (Draws * expected[id]);
        }

        // At most 9 degrees of freedom; 27.9 is exceeded once in a thousand times, and the seed is fixed.
        Assert.InRange(chiSquare, 0, 27.9);
    }

    [Fact]
    public void Temperature_zero_takes_the_likeliest_and_of_equals_the_lowest_id()
    {
        for (int first = 0; first < 300; first += 7)
        {
            var logits = new float[600];
            Array.Fill(logits, -1f);
            logits[first] = logits[first + 1] = logits[first + 290] = 3f;

            Assert.Equal(first, Create(new() { Temperature = 0 }, logits.Length).Sample(logits, 0));
        }
    }

    [Fact]
    public void The_same_seed_and_index_give_the_same_token_whatever_was_drawn_before()
    {
        Sampler one = Create(new(), s_logits.Length, seed: 5);
        Sampler other = Create(new(), s_logits.Length, seed: 5);
        int[] forward = [.. Enumerable.Range(0, 100).Select(index => one.Sample(s_logits, index))];
        int[] backward = [.. Enumerable.Range(0, 100).Reverse().Select(index => other.Sample(s_logits, index))];

        Assert.Equal(forward, backward.Reverse());
        Assert.NotEqual(
            forward, Enumerable.Range(0, 100).Select(index => Create(new(), s_logits.Length, seed: 6).Sample(s_logits, index)));
    }

    [Theory]
    [InlineData(1e-30f)]
    [InlineData(float.Epsilon)]
    public void The_smallest_temperatures_take_a_likeliest_token(float temperature)
    {
        Sampler sampler = Create(new() { Temperature = temperature }, s_logits.Length);

        Assert.All(Enumerable.Range(0, 50), index => Assert.Contains(sampler.Sample(s_logits, index), new[] { 2, 7 }));
    }

    [Fact]
    public void Extreme_options_never_draw_what_is_forbidden()
    {
        var options = new GenerationOptions
        {
            Temperature = float.MaxValue,
            RepetitionPenalty = float.Epsilon,
            FrequencyPenalty = float.MinValue,
            PresencePenalty = float.MaxValue,
            LogitBias = new Dictionary<int, float> { [0] = float.NegativeInfinity, [1] = float.MaxValue },
        };
        float[] logits = [float.MaxValue, float.MaxValue, float.NegativeInfinity, 1, -1];
        Sampler sampler = Create(options, logits.Length, [0, 0, 1, 2, 2]);

        Assert.All(Enumerable.Range(0, 200), index => Assert.Contains(sampler.Sample(logits, index), new[] { 1, 3, 4 }));
    }

    [Fact]
    public void A_bias_that_forbids_all_that_is_possible_is_reported()
    {
        float[] logits = [1, float.NegativeInfinity];
        var options = new GenerationOptions { LogitBias = new Dictionary<int, float> { [0] = float.NegativeInfinity } };

        Assert.Equal(-1, Create(options, logits.Length).Sample(logits, 0));
    }

    [Theory]
    [InlineData(3)]
    [InlineData(0)]
    public void Penalties_look_at_the_window_alone(int window)
    {
        int[] history = [1, 1, 2, 3, 1, 4, 4, 0];
        var options =
            new GenerationOptions { Temperature = 0, FrequencyPenalty = 1, PresencePenalty = 0.5f, PenaltyWindow = window };
        var settings = new GenerationSettings(options, new(), 6);
        var penalties = new Penalties(settings, history.AsSpan(0, 2));
        for (int length = 3; length <= history.Length; length++) penalties.Observe(history.AsSpan(0, length));
        var logits = new float[6];

        penalties.Apply(logits);

        Assert.Equal(window == 0 ? [-1.5f, -3.5f, -1.5f, -1.5f, -2.5f, 0] : [-1.5f, 0, 0, 0, -2.5f, 0], logits);
    }

    [Fact]
    public void A_large_vocabulary_is_cut_like_a_small_one() =>
        Gen.Select(Gen.Float[-12, 12].Array[130_000], Gen.Int[1, 60], Gen.Float[0.05f, 0.99f]).Sample((logits, topK, topP) =>
        {
            var options = new GenerationOptions { TopK = topK, TopP = topP };
            double[] expected = Probabilities(logits, options, []);
            Sampler sampler = Create(options, logits.Length);

            Assert.All(Enumerable.Range(0, 20), index => Assert.True(expected[sampler.Sample(logits, index)] > 0));
        }, iter: 5);

    // Flat and peaked distributions, nuclei of one token and of all: exactly the tokens that a full sort keeps.
    [Fact]
    public void The_nucleus_is_that_of_a_full_sort() =>
        Gen.Select(Gen.Float[0.0001f, 1].Array[1, 3000], Gen.Float[0, 30], Gen.Float[0, 1]).Sample((numbers, sharpness, p) =>
        {
            float[] weights = [.. numbers.Select(number => MathF.Pow(number, sharpness))];
            double sum = TokenWeights.Sum(weights);
            var expected = new List<int>();
            double reached = 0;
            foreach (int id in Enumerable.Range(0, weights.Length).OrderByDescending(id => weights[id]))
            {
                expected.Add(id);
                reached += weights[id];
                if (reached >= p * sum) break;
            }

            if (p >= 1) expected = [.. Enumerable.Range(0, weights.Length)];
            expected.RemoveAll(id => weights[id] == 0);
            TopP.Apply(weights, p, new ulong[weights.Length]);

            Assert.Equal(expected.Order(), Enumerable.Range(0, weights.Length).Where(id => weights[id] > 0));
        }, iter: 100);

    [Fact]
    public void Log_probabilities_are_of_the_raw_logits()
    {
        var workspace = new SamplerWorkspace(s_logits.Length);

        GeneratedToken token = LogProbabilities.Report(3, s_logits, 4, workspace);

        double normalizer = Math.Log(s_logits.Sum(logit => Math.Exp(logit)));
        Assert.Equal(3, token.Id);
        Assert.Equal(s_logits[3] - normalizer, token.LogProbability!.Value, 1e-6);
        Assert.Equal([2, 7, 4, 0], token.Top.Select(entry => entry.Id));
        Assert.All(token.Top, entry => Assert.Equal(s_logits[entry.Id] - normalizer, entry.LogProbability, 1e-6));
    }

    [Fact]
    public void Weights_are_drawn_in_proportion_and_never_where_they_are_zero()
    {
        float[] weights = [0, 0.25f, 0, 0.5f, 0.25f, 0, 0];

        Assert.Equal(1, TokenWeights.Draw(weights, 0));
        Assert.Equal(1, TokenWeights.Draw(weights, 0.2499));
        Assert.Equal(3, TokenWeights.Draw(weights, 0.25));
        Assert.Equal(4, TokenWeights.Draw(weights, 0.75));
        Assert.Equal(4, TokenWeights.Draw(weights, 1)); // rounding may come this far
    }

    private static Sampler Create(GenerationOptions options, int vocabulary, int[]? prompt = null, ulong seed = 1) =>
        new(new GenerationSettings(options, new(), vocabulary), seed, prompt, new SamplerWorkspace(vocabulary));

    // The chain as the papers put it, in double precision.
    private static double[] Probabilities(float[] logits, GenerationOptions options, int[] prompt)
    {
        double repetition = options.RepetitionPenalty ?? 1;
        double[] scores = [.. logits.Select((logit, id) =>
        {
            double score = logit + (options.LogitBias.TryGetValue(id, out float bias) ? bias : 0);
            int seen = prompt.Count(token => token == id);
            if (seen == 0) return score;
            return (score > 0 ? score / repetition : score * repetition) - seen * options.FrequencyPenalty
                - options.PresencePenalty;
        })];
        double max = scores.Max();
        double[] p = Normalized([.. scores.Select(score => Math.Exp((score - max) / (options.Temperature ?? 1)))]);
        int[] ranked = [.. Enumerable.Range(0, p.Length).OrderByDescending(id => p[id])];

        if (options.TopK is > 0) p = Kept(p, ranked.Take(options.TopK.Value));
        if (options.TypicalP < 1)
        {
            double entropy = -p.Where(x => x > 0).Sum(x => x * Math.Log(x));
            p = Kept(p, Reaching(p, ranked.Where(id => p[id] > 0).OrderBy(id => Math.Round(Math.Abs(-Math.Log(p[id]) - entropy),
                9)).ThenBy(id => id), options.TypicalP));
        }

        if (options.TopP is < 1)
            p = Kept(p, Reaching(p, Enumerable.Range(0, p.Length).OrderByDescending(id => p[id]), options.TopP.Value));
        double least = options.MinP * p.Max();
        return Kept(p, Enumerable.Range(0, p.Length).Where(id => p[id] >= least));
    }

    private static List<int> Reaching(double[] p, IEnumerable<int> order, double wanted)
    {
        var kept = new List<int>();
        double reached = 0;
        foreach (int id in order)
        {
            kept.Add(id);
            reached += p[id];
            if (reached >= wanted) break;
        }

        return kept;
    }

    private static double[] Kept(double[] p, IEnumerable<int> ids)
    {
        var kept = new double[p.Length];
        foreach (int id in ids) kept[id] = p[id];
        return Normalized(kept);
    }

    private static double[] Normalized(double[] weights)
    {
        double sum = weights.Sum();
        return [.. weights.Select(weight => weight / sum)];
    }
}
