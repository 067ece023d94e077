using CsCheck;
using LLamaNet.Engine;
using Xunit;

namespace LLamaNet.Tests.Engine;

public class GeneratorTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task One_generation_is_what_the_model_says()
    {
        using var host = new HashModelHost();
        int[] prompt = HashModelHost.Prompt(70, 1);
        var options = new GenerationOptions { Seed = 11, MaxOutputTokens = 60, IgnoreEndTokens = true };

        GenerationResult result = await host.GenerateAsync(prompt, options);

        host.AssertExpected(result, prompt, options);
        Assert.Equal(11UL, result.Seed);
        Assert.Equal(FinishReason.MaxOutputTokens, result.FinishReason);
        Assert.Equal(70 + 59, host.Model.ComputedTokens);
        host.AssertPagesBecomeFree();
    }

    // Any prompts and options, together, cut into chunks, in a cache too small for them: what each would give alone.
    [Fact]
    public void Text_depends_on_nothing_but_prompt_options_and_seed()
    {
        Gen<(int[] Prompt, GenerationOptions Options)> request = Gen.Select(
            Gen.Int[1, 128], Gen.Int[0, 50], Gen.ULong, Gen.Int[1, 90], Gen.Int[0, 5])
            .Select(
                (length, salt, seed, maxTokens, kind) => (HashModelHost.Prompt(length, salt), Options(seed, maxTokens, kind)));

        Gen.Select(request.Array[1, 12], Gen.Int[1, 5], Gen.Int[1, 70], Gen.Int[128, 400], Gen.Int[0, 3])
            .Sample((requests, maxSequences, chunk, cache, spare) =>
        {
            using var host = new HashModelHost(
                128, cache, maxSequences: maxSequences, prefillChunk: chunk, maxOutputs: maxSequences + spare);
            GenerationResult[] results =
                Task.WhenAll(requests.Select(r => Task.Run(() => host.GenerateAsync(r.Prompt, r.Options)))).GetAwaiter()
                    .GetResult();

            Assert.All(requests.Zip(results), pair => host.AssertExpected(pair.Second, pair.First.Prompt, pair.First.Options));
            host.AssertPagesBecomeFree();
        }, iter: 150, threads: 1);
    }

    [Fact]
    public async Task Preempted_sequences_are_computed_again_unnoticed()
    {
        // Four pages in all; each of the four sequences comes to need three.
        using var host = new HashModelHost(256, 256, maxSequences: 4);
        using var gate = new SemaphoreSlim(0);
        host.Model.OnForward = _ => gate.Wait(Token);
        var options = new GenerationOptions { Seed = 3, MaxOutputTokens = 140, IgnoreEndTokens = true };
        int[][] prompts = [.. Enumerable.Range(0, 4).Select(i => HashModelHost.Prompt(20 + i, i))];
        var progress = new List<PrefillProgress>[4];

        Task<GenerationResult>[] runs = [.. prompts.Select((prompt, i) =>
            host.GenerateAsync(prompt, options, new Recorder(progress[i] = [])))];
        gate.Release(100_000);
        GenerationResult[] results = await Task.WhenAll(runs);

        for (int i = 0; i < runs.Length; i++)
        {
            host.AssertExpected(results[i], prompts[i], options);
            Assert.Equal(new PrefillProgress(20 + i, 20 + i), progress[i][^1]);
            Assert.Equal(progress[i].Distinct().OrderBy(entry => entry.Tokens), progress[i]);
        }

        Assert.True(host.Model.ComputedTokens > prompts.Sum(prompt => prompt.Length + 139), "nothing was preempted");
        Assert.True(host.Model.MaxSegments > 1);
    }

    [Theory]
    [InlineData(128, 1)]
    [InlineData(127, 2)]
    [InlineData(1, 128)]
    public async Task A_full_context_ends_the_generation_after_its_last_position(int promptLength, int generated)
    {
        using var host = new HashModelHost(128);
        var options = new GenerationOptions { Seed = 1, IgnoreEndTokens = true };
        int[] prompt = HashModelHost.Prompt(promptLength, 4);

        GenerationResult result = await host.GenerateAsync(prompt, options);

        Assert.Equal(FinishReason.ContextFull, result.FinishReason);
        Assert.Equal(generated, result.Tokens.Count);
        host.AssertExpected(result, prompt, options);
    }

    [Fact]
    public void Bad_requests_are_refused_at_the_call()
    {
        using var host = new HashModelHost(128);

        string tooLong =
            Assert.Throws<ArgumentException>(() => { host.Generator.GenerateAsync(new int[129], new(), null, Token); }).Message;
        Assert.Contains("129", tooLong, StringComparison.Ordinal);
        Assert.Contains("128", tooLong, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => { host.Generator.GenerateAsync([], new(), null, Token); });
        Assert.Throws<ArgumentException>(() => { host.Generator.GenerateAsync([97], new(), null, Token); });
        Assert.Throws<ArgumentException>(() => { host.Generator.GenerateAsync([-1], new(), null, Token); });
        Assert.Throws<ArgumentOutOfRangeException>(() => { host.Generator.GenerateAsync([1], new() { TopP = 2 }, null, Token); });
        Assert.Equal(0, host.Model.Forwards);
    }

    [Fact]
    public async Task A_seed_that_was_drawn_can_be_used_again()
    {
        using var host = new HashModelHost();
        var options = new GenerationOptions { MaxOutputTokens = 20 };

        GenerationResult first = await host.GenerateAsync([5], options);
        GenerationResult again = await host.GenerateAsync([5], options with { Seed = first.Seed });
        GenerationResult other = await host.GenerateAsync([5], options);

        Assert.Equal(first.Tokens.Select(token => token.Id), again.Tokens.Select(token => token.Id));
        Assert.NotEqual(first.Seed, other.Seed);
    }

    [Fact]
    public async Task Prefill_progress_is_told_after_each_chunk()
    {
        using var host = new HashModelHost(prefillChunk: 24);
        var told = new List<PrefillProgress>();

        await host.GenerateAsync(HashModelHost.Prompt(60, 1), new() { MaxOutputTokens = 3 }, new Recorder(told));

        Assert.Equal([new(24, 60), new(48, 60), new(60, 60)], told);
    }

    [Fact]
    public async Task Log_probabilities_come_with_each_token_when_asked_for()
    {
        using var host = new HashModelHost();
        int[] prompt = [1, 2, 3];

        GenerationResult result = await host.GenerateAsync(prompt, new()
        {
            Temperature = 0,
            MaxOutputTokens = 5,
            LogProbabilities = true,
            TopLogProbabilities = 3,
            IgnoreEndTokens = true
        });

        var logits = new float[97];
        HashModel.Logits(prompt, 3, logits);
        Assert.Equal(5, result.Tokens.Count);
        Assert.All(
            result.Tokens, token => Assert.Equal(new TokenLogProbability(token.Id, token.LogProbability!.Value), token.Top[0]));
        Assert.Equal(logits.Max() - Math.Log(logits.Sum(logit => Math.Exp(logit))), result.Tokens[0].LogProbability!.Value, 1e-5);
    }

    [Fact]
    public async Task Ids_that_only_pad_the_model_are_never_generated()
    {
        using var host = new HashModelHost();
        var generator = new Generator(host.Scheduler, new ByteTokenizer(10), new());
        var ids = new List<int>();

        await foreach (GeneratedPart part in generator.GenerateAsync([96],
            new() { MaxOutputTokens = 100, IgnoreEndTokens = true }, null, Token))
            ids.AddRange(part.Tokens.Select(token => token.Id));

        Assert.Equal(100, ids.Count);
        Assert.All(ids, id => Assert.InRange(id, 0, 9));
    }

    [Fact]
    public async Task A_model_without_a_tokenizer_generates_ids()
    {
        using var host = new HashModelHost();
        var generator = new Generator(host.Scheduler, null, new());
        var parts = new List<GeneratedPart>();

        await foreach (GeneratedPart part in generator.GenerateAsync([1], new() { MaxOutputTokens = 200 }, null,
            Token)) parts.Add(part);

        Assert.Equal(200, parts[^1].Result!.Tokens.Count);
        Assert.All(parts, part => Assert.Equal("", part.Text));
        Assert.Throws<ArgumentException>(() => { generator.GenerateAsync([1], new() { StopSequences = ["a"] }, null, Token); });
    }

    private static GenerationOptions Options(ulong seed, int maxTokens, int kind) => kind switch
    {
        0 => new() { Seed = seed },
        1 => new() { Seed = seed, MaxOutputTokens = maxTokens, IgnoreEndTokens = true },
        2 => new() { Seed = seed, MaxOutputTokens = maxTokens, Temperature = 0, RepetitionPenalty = 1.5f, PenaltyWindow = 10 },
        3 => new() { Seed = seed, TopK = 30, TopP = 0.9f, StopSequences = ["the", "a\n", "bst"], IgnoreEndTokens = true },
        4 => new()
        {
            Seed = seed,
            MaxOutputTokens = maxTokens,
            MinP = 0.1f,
            FrequencyPenalty = 1,
            PenaltyWindow = 0,
            StopSequences = ["😀", "é", "aab"]
        },
        _ => new() { Seed = seed, MaxOutputTokens = maxTokens, StopSequences = ["stop", "sto", "top"], IgnoreEndTokens = true },
    };

    private sealed class Recorder(List<PrefillProgress> told) : IProgress<PrefillProgress>
    {
        public void Report(PrefillProgress value) => told.Add(value);
    }
}
