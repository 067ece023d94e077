using Xunit;

namespace LLamaNet.Tests.Engine;

public class LogitsRequestTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0, 1)]
    [InlineData(0, 3)]
    [InlineData(37, 3)]
    [InlineData(99, 3)]
    [InlineData(1000, 3)]
    public async Task Every_wanted_position_is_visited_once_and_in_order(int firstPosition, int maxOutputs)
    {
        using var host = new HashModelHost(maxSequences: 1, maxOutputs: maxOutputs);
        int[] tokens = HashModelHost.Prompt(100, 3);
        var positions = new List<int>();
        int differences = 0;

        await host.Generator.ComputeLogitsAsync(tokens, Visit, firstPosition, Token);

        int first = Math.Min(firstPosition, 99);
        Assert.Equal(Enumerable.Range(first, 100 - first), positions);
        Assert.Equal(0, differences);
        host.AssertPagesBecomeFree();

        void Visit(int position, ReadOnlySpan<float> logits)
        {
            positions.Add(position);
            var expected = new float[97];
            HashModel.Logits(tokens.AsSpan(0, position + 1), tokens.Length, expected);
            if (!logits.SequenceEqual(expected)) differences++;
        }
    }

    // The cache holds one context: the generation that came first grows and takes the pages back, again and again.
    [Fact]
    public async Task Preemption_repeats_no_visit_and_disturbs_no_neighbour()
    {
        using var host = new HashModelHost(256, 256, maxSequences: 3, prefillChunk: 8, maxOutputs: 4);
        using var bothAreThere = new SemaphoreSlim(0);
        host.Model.OnForward = step =>
        {
            if (step == 1) bothAreThere.Wait(Token);
        };
        var options = new GenerationOptions { Seed = 8, MaxOutputTokens = 200, IgnoreEndTokens = true };
        int[] prompt = HashModelHost.Prompt(40, 6);
        var positions = new List<int>();

        Task<GenerationResult> generation = host.GenerateAsync(prompt, options);
        Task logits = host.Generator.ComputeLogitsAsync(
            HashModelHost.Prompt(190, 5), (position, _) => positions.Add(position), 20, Token);
        bothAreThere.Release();

        host.AssertExpected(await generation, prompt, options);
        await logits;
        Assert.Equal(Enumerable.Range(20, 170), positions);
        Assert.True(host.Model.ComputedTokens > 239 + 190, "nothing was preempted");
    }

    [Fact]
    public async Task A_visitor_that_throws_fails_its_own_request_only()
    {
        using var host = new HashModelHost();
        var options = new GenerationOptions { Seed = 8, MaxOutputTokens = 50, IgnoreEndTokens = true };

        Task<GenerationResult> generation = host.GenerateAsync([1], options);
        Task logits = host.Generator.ComputeLogitsAsync([1, 2, 3], (_, _) => throw new FormatException("mine"), 0, Token);

        Assert.Equal("mine", (await Assert.ThrowsAsync<FormatException>(() => logits)).Message);
        host.AssertExpected(await generation, [1], options);
        host.AssertPagesBecomeFree();
    }

    [Fact]
    public async Task Cancelling_ends_the_task()
    {
        using var host = new HashModelHost(prefillChunk: 2);
        using var cancellation = new CancellationTokenSource();
        var positions = new List<int>();

        Task logits = host.Generator.ComputeLogitsAsync(HashModelHost.Prompt(100, 1), Visit, 0, cancellation.Token);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => logits);
        Assert.Equal(12, positions.Count); // steps of two: the one that holds position 10 is completed
        host.AssertPagesBecomeFree();

        void Visit(int position, ReadOnlySpan<float> logits)
        {
            positions.Add(position);
            if (position == 10) cancellation.Cancel();
        }
    }

    [Fact]
    public async Task Bad_requests_are_refused_at_the_call()
    {
        using var host = new HashModelHost(128);

        await Assert.ThrowsAsync<ArgumentException>(() => host.Generator.ComputeLogitsAsync([], (_, _) => { }, 0, Token));
        await Assert.ThrowsAsync<ArgumentException>(
            () => host.Generator.ComputeLogitsAsync(new int[129], (_, _) => { }, 0, Token));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(
            () => host.Generator.ComputeLogitsAsync([1], (_, _) => { }, -1, Token));
        await Assert.ThrowsAsync<ArgumentNullException>(() => host.Generator.ComputeLogitsAsync([1], null!, 0, Token));
    }
}
