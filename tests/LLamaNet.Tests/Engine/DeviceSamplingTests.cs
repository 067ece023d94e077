using Xunit;

namespace LLamaNet.Tests.Engine;

// The loop over a model that draws tokens itself: the same text, whoever draws.
public class DeviceSamplingTests
{
    public static TheoryData<string> Settings => [.. s_settings.Keys];

    private static readonly Dictionary<string, GenerationOptions> s_settings = new()
    {
        ["greedy"] = new() { Temperature = 0, Seed = 1, MaxOutputTokens = 40 },
        ["temperature"] = new() { Temperature = 0.7f, Seed = 2, MaxOutputTokens = 40 },
        ["all cuts"] = new() { TopK = 9, TopP = 0.9f, MinP = 0.05f, Seed = 3, MaxOutputTokens = 40 },
        ["stop sequence"] = new() { Seed = 4, MaxOutputTokens = 40, StopSequences = ["e"] },
    };

    [Theory]
    [MemberData(nameof(Settings))]
    public async Task Plain_settings_are_drawn_by_the_model(string name)
    {
        using var host = new HashModelHost(canSample: true);
        int[] prompt = HashModelHost.Prompt(50, 1);
        GenerationResult result = await host.GenerateAsync(prompt, s_settings[name]);
        host.AssertExpected(result, prompt, s_settings[name]);
        Assert.Equal(result.Tokens.Count, host.Model.Draws);
    }

    [Fact]
    public async Task Sequences_in_one_batch_and_after_preemption_draw_the_same()
    {
        using var host = new HashModelHost(canSample: true, cacheTokens: 256);
        Task<GenerationResult>[] running =
            [.. s_settings.Values.Select((options, i) => host.GenerateAsync(HashModelHost.Prompt(60, i), options))];
        GenerationResult[] results = await Task.WhenAll(running);
        foreach ((GenerationOptions options, int i) in s_settings.Values.Select((options, i) => (options, i)))
            host.AssertExpected(results[i], HashModelHost.Prompt(60, i), options);
        Assert.True(host.Model.Draws > 0);
    }

    public static TheoryData<string> Others => [.. s_others.Keys];

    private static readonly Dictionary<string, GenerationOptions> s_others = new()
    {
        ["penalty"] = new() { RepetitionPenalty = 1.2f, Seed = 1, MaxOutputTokens = 20 },
        ["presence"] = new() { PresencePenalty = 0.5f, Seed = 1, MaxOutputTokens = 20 },
        ["frequency"] = new() { FrequencyPenalty = 0.5f, Seed = 1, MaxOutputTokens = 20 },
        ["bias"] = new() { LogitBias = new Dictionary<int, float> { [5] = 3 }, Seed = 1, MaxOutputTokens = 20 },
        ["typical"] = new() { TypicalP = 0.8f, Seed = 1, MaxOutputTokens = 20 },
        ["log-probabilities"] = new() { LogProbabilities = true, Seed = 1, MaxOutputTokens = 20 },
    };

    [Theory]
    [MemberData(nameof(Others))]
    public async Task Other_settings_are_drawn_from_the_logits(string name)
    {
        using var host = new HashModelHost(canSample: true);
        int[] prompt = HashModelHost.Prompt(30, 1);
        GenerationResult result = await host.GenerateAsync(prompt, s_others[name]);
        Assert.Equal(0, host.Model.Draws);
        Assert.Equal(20, result.Tokens.Count);
        if (name == "log-probabilities") Assert.All(result.Tokens, token => Assert.NotNull(token.LogProbability));
        else host.AssertExpected(result, prompt, s_others[name]);
    }

    [Fact]
    public async Task Each_request_of_a_batch_is_drawn_where_its_settings_can_be()
    {
        using var host = new HashModelHost(canSample: true);
        GenerationOptions[] all = [s_settings["all cuts"], s_others["penalty"], s_settings["greedy"], s_others["bias"]];
        Task<GenerationResult>[] running =
            [.. all.Select((options, i) => host.GenerateAsync(HashModelHost.Prompt(30 + i, i), options))];
        GenerationResult[] results = await Task.WhenAll(running);
        for (int i = 0; i < all.Length; i++) host.AssertExpected(results[i], HashModelHost.Prompt(30 + i, i), all[i]);
        Assert.Equal(results[0].Tokens.Count + results[2].Tokens.Count, host.Model.Draws);
    }

    [Fact]
    public async Task Logits_that_allow_no_token_fail_the_request()
    {
        using var host = new HashModelHost(canSample: true);
        host.Model.Poison = (Token: 15, float.NaN);
        int[] prompt = [1, 2, 15];
        var options = new GenerationOptions { Seed = 1 };
        await Assert.ThrowsAsync<NonFiniteLogitsException>(() => host.GenerateAsync(prompt, options));
        GenerationResult other = await host.GenerateAsync([1, 2, 3], new GenerationOptions { Seed = 1, MaxOutputTokens = 1 });
        Assert.Single(other.Tokens);
    }
}
