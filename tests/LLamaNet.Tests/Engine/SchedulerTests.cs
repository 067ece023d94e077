using Xunit;

namespace LLamaNet.Tests.Engine;

public class SchedulerTests
{
    private static readonly GenerationOptions s_long = new() { Seed = 1, IgnoreEndTokens = true };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Cancelling_frees_the_sequence_within_one_step()
    {
        using var host = new HashModelHost();
        using var reached = new SemaphoreSlim(0);
        using var resume = new SemaphoreSlim(0);
        host.Model.OnForward = step =>
        {
            if (step != 5) return;
            reached.Release();
            resume.Wait(Token);
        };
        using var cancellation = new CancellationTokenSource();

        Task<GenerationResult> run = host.GenerateAsync([1, 2, 3], s_long, cancellationToken: cancellation.Token);
        await reached.WaitAsync(Token);
        await cancellation.CancelAsync();
        var exception = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
        resume.Release();

        Assert.Equal(cancellation.Token, exception.CancellationToken);
        host.AssertPagesBecomeFree();
        Assert.Equal(5, host.Model.Forwards);
    }

    [Fact]
    public async Task A_waiting_request_can_be_cancelled()
    {
        using var host = new HashModelHost(maxSequences: 1);
        using var resume = new SemaphoreSlim(0);
        host.Model.OnForward = step =>
        {
            if (step == 2) resume.Wait(Token);
        };
        using var cancellation = new CancellationTokenSource();

        Task<GenerationResult> first = host.GenerateAsync([1], s_long);
        Task<GenerationResult> second = host.GenerateAsync([2], s_long, cancellationToken: cancellation.Token);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        resume.Release();

        host.AssertExpected(await first, [1], s_long);
        Assert.Equal(256, host.Model.ComputedTokens);
    }

    [Fact]
    public async Task Leaving_the_stream_frees_the_sequence()
    {
        using var host = new HashModelHost();
        using var resume = new SemaphoreSlim(0);
        host.Model.OnForward = step =>
        {
            if (step == 2) resume.Wait(Token);
        };

        await foreach (GeneratedPart _ in host.Generator.GenerateAsync([1], s_long, null, Token)) break;
        resume.Release();

        host.AssertPagesBecomeFree();
        Assert.InRange(host.Model.Forwards, 1, 2);
    }

    [Fact]
    public async Task A_stream_that_is_never_read_costs_nothing()
    {
        using var host = new HashModelHost();
        _ = host.Generator.GenerateAsync([1], s_long, null, Token);

        await host.GenerateAsync([2], new() { MaxOutputTokens = 2, IgnoreEndTokens = true });

        Assert.Equal(2, host.Model.Forwards);
    }

    [Fact]
    public async Task Logits_that_are_not_finite_end_only_their_own_generation()
    {
        using var host = new HashModelHost();
        int[] good = [1, 2, 3];
        var options = new GenerationOptions
        {
            Seed = 1,
            MaxOutputTokens = 30,
            IgnoreEndTokens = true,
            LogitBias = new Dictionary<int, float> { [96] = float.NegativeInfinity }
        };
        foreach (float poison in (float[])[float.NaN, float.PositiveInfinity])
        {
            host.Model.Poison = (96, poison);

            Task<GenerationResult> run = host.GenerateAsync(good, options);
            Task<GenerationResult> broken = host.GenerateAsync([4, 96], options);

            var exception = await Assert.ThrowsAsync<NonFiniteLogitsException>(() => broken);
            Assert.Equal(1, exception.Position);
            Assert.True(exception.Sequence > 0);
            host.AssertExpected(await run, good, options);
        }
    }

    [Fact]
    public async Task A_failed_step_fails_those_in_it_and_no_others()
    {
        using var host = new HashModelHost(maxSequences: 2);
        using var start = new SemaphoreSlim(0);
        host.Model.OnForward = step =>
        {
            if (step == 1) start.Wait(Token);
            if (step == 4) throw new InvalidOperationException("the device is lost");
        };
        var options = new GenerationOptions { Seed = 1, MaxOutputTokens = 10, IgnoreEndTokens = true };

        Task<GenerationResult>[] runs = [.. Enumerable.Range(0, 5).Select(i => host.GenerateAsync([i + 1], options))];
        start.Release();

        // Which two were first is the scheduler's affair: the first alone, or the first two.
        var failed = new List<int>();
        for (int i = 0; i < runs.Length; i++)
        {
            try
            {
                host.AssertExpected(await runs[i], [i + 1], options);
            }
            catch (InvalidOperationException exception)
            {
                Assert.Equal("the device is lost", exception.Message);
                failed.Add(i);
            }
        }

        Assert.InRange(failed.Count, 1, 2);
        Assert.Equal(Enumerable.Range(0, failed.Count), failed);
        host.AssertPagesBecomeFree();
    }

    [Fact]
    public async Task Disposing_ends_what_runs_and_what_waits()
    {
        var host = new HashModelHost(maxSequences: 1);
        using var reached = new SemaphoreSlim(0);
        using var resume = new SemaphoreSlim(0);
        host.Model.OnForward = step =>
        {
            if (step != 3) return;
            reached.Release();
            resume.Wait(Token);
        };
        Task<GenerationResult> running = host.GenerateAsync([1], s_long);
        Task<GenerationResult> waiting = host.GenerateAsync([2], s_long);
        Task logits = host.Generator.ComputeLogitsAsync([1], (_, _) => { }, 0, Token);
        await reached.WaitAsync(Token);

        Task disposing = Task.Run(host.Dispose, Token);
        Assert.False(disposing.IsCompleted);
        resume.Release();

        await disposing;
        await Assert.ThrowsAsync<ObjectDisposedException>(() => running);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => waiting);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => logits);
        Assert.Throws<ObjectDisposedException>(() => { host.Generator.GenerateAsync([1], s_long, null, Token); });
        await Assert.ThrowsAsync<ObjectDisposedException>(() => host.Generator.ComputeLogitsAsync([1], (_, _) => { }, 0, Token));
        host.Dispose();
    }

    [Fact]
    public async Task A_storm_of_requests_and_cancellations_leaves_all_pages_free()
    {
        using var host = new HashModelHost(256, 640, maxSequences: 6);
        await Task.WhenAll(Enumerable.Range(0, 64).Select(i => Task.Run(() => RunAsync(i), Token)));

        host.AssertPagesBecomeFree();
        int[] prompt = HashModelHost.Prompt(100, 99);
        host.AssertExpected(await host.GenerateAsync(prompt, s_long), prompt, s_long);

        async Task RunAsync(int i)
        {
            var random = new Random(i);
            int[] prompt = HashModelHost.Prompt(random.Next(1, 200), i);
            var options = new GenerationOptions { Seed = (ulong)i, MaxOutputTokens = random.Next(1, 120) };
            int parts = random.Next(0, 40);
            using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(Token);
            switch (i % 4)
            {
                case 0:
                    await foreach (GeneratedPart _ in host.Generator.GenerateAsync(prompt, options, null, Token))
                    {
                        if (parts-- == 0) break;
                    }

                    break;
                case 1:
                    cancellation.CancelAfter(random.Next(0, 20));
                    try
                    {
                        host.AssertExpected(
                            await host.GenerateAsync(prompt, options, cancellationToken: cancellation.Token), prompt, options);
                    }
                    catch (OperationCanceledException)
                    {
                    }

                    break;
                case 2:
                    cancellation.CancelAfter(random.Next(0, 20));
                    try
                    {
                        await host.Generator.ComputeLogitsAsync(prompt, (_, _) => { }, 0, cancellationToken: cancellation.Token);
                    }
                    catch (OperationCanceledException)
                    {
                    }

                    break;
                default:
                    host.AssertExpected(await host.GenerateAsync(prompt, options), prompt, options);
                    break;
            }
        }
    }

    // The parts themselves, their tokens and their texts are all that a step leaves behind: nothing the size of a row.
    [Fact]
    public async Task A_decoding_step_allocates_no_more_than_its_part()
    {
        const int Vocabulary = 4096;
        using var host = new HashModelHost(contextLength: 512, vocabulary: Vocabulary);
        var options = new GenerationOptions
        {
            Seed = 1,
            IgnoreEndTokens = true,
            TopK = 50,
            TopP = 0.9f,
            MinP = 0.01f,
            TypicalP = 0.99f,
            RepetitionPenalty = 1.1f
        };
        long before = 0;
        long after = 0;
        long model = 0;
        host.Model.OnForward = step =>
        {
            if (step == 100) before = GC.GetAllocatedBytesForCurrentThread();
            if (step == 300) after = GC.GetAllocatedBytesForCurrentThread();
            // What the fake itself allocates: a copy of the context, and an enumeration.
            if (step is >= 100 and < 300) model += sizeof(int) * (step + 4) + 1000;
        };

        await host.GenerateAsync([1, 2], options);

        Assert.InRange((after - before - model) / 200, -1000, 1000);
    }
}
