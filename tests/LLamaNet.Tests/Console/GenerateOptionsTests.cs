using System.Globalization;
using System.Text.Json;
using Xunit;

namespace LLamaNet.Tests.Console;

// Options of `generate` that shape the choice of tokens and what is told about it.
public class GenerateOptionsTests
{
    private static readonly string[] s_run = ["generate", "--prompt", "Prince", "--temperature", "0", "--max-tokens", "24"];

    [Fact]
    public async Task More_stops_than_the_library_takes_are_wrong_usage()
    {
        string[] stops = [.. Enumerable.Range(0, 17).SelectMany(i => new[] { "--stop", $"x{i}" })];
        ConsoleRun run = await ConsoleRun.OfAsync([.. s_run, .. stops]);
        Assert.Contains("--stop: expected at most 16 texts, found 17.", run.FailedWith(2), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_that_is_forbidden_is_not_generated()
    {
        int[] ids = await IdsAsync();
        int[] others = await IdsAsync("--logit-bias", $"{ids[0]}:-inf,1:0.5");
        Assert.NotEqual(ids[0], others[0]);
        Assert.DoesNotContain(ids[0], others);
    }

    [Fact]
    public async Task A_window_of_one_token_penalizes_the_latest_alone()
    {
        string[] penalty = ["--presence-penalty", "50", "--ignore-eos"];
        int[] all = await IdsAsync([.. penalty, "--penalty-window", "0"]);
        int[] one = await IdsAsync([.. penalty, "--penalty-window", "1"]);
        Assert.Equal(all.Length, all.Distinct().Count());
        Assert.NotEqual(one.Length, one.Distinct().Count());
        Assert.All(one.Zip(one.Skip(1)), pair => Assert.NotEqual(pair.First, pair.Second));
    }

    [Theory]
    [InlineData("5")]
    [InlineData("a:1")]
    [InlineData("5:nan")]
    [InlineData("5:inf")]
    [InlineData("5:1:2")]
    public async Task A_bias_that_is_none_is_wrong_usage(string text) =>
        Assert.Contains(
            $"expected a token id, a colon and a number or -inf, found '{text}'",
            (await ConsoleRun.OfAsync([.. s_run, "--logit-bias", text])).FailedWith(2), StringComparison.Ordinal);

    [Fact]
    public async Task Log_probabilities_come_with_the_likeliest_tokens()
    {
        ConsoleRun run = (await ConsoleRun.OfAsync([.. s_run, "--json", "--log-probabilities", "3"])).Succeeded();
        JsonElement json = run.Json();
        int[] ids = [.. json.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32())];
        JsonElement[] tokens = [.. json.GetProperty("logProbabilities").EnumerateArray()];
        Assert.Equal(ids, tokens.Select(token => token.GetProperty("id").GetInt32()));
        Assert.All(tokens, token =>
        {
            JsonElement[] top = [.. token.GetProperty("top").EnumerateArray()];
            Assert.Equal(3, top.Length);
            Assert.Equal(token.GetProperty("id").GetInt32(), top[0].GetProperty("id").GetInt32());
            Assert.Equal(
                token.GetProperty("logProbability").GetSingle(), top[0].GetProperty("logProbability").GetSingle());
        });
    }

    [Fact]
    public async Task Log_probabilities_without_JSON_are_wrong_usage() =>
        Assert.Contains(
            "--log-probabilities goes with --json.",
            (await ConsoleRun.OfAsync([.. s_run, "--log-probabilities", "3"])).FailedWith(2), StringComparison.Ordinal);

    [Fact]
    public async Task What_follows_two_minuses_is_a_name()
    {
        ConsoleRun run = await ConsoleRun.OfAsync("inspect", "--", "--no-such-model");
        Assert.Contains("--no-such-model", run.FailedWith(1), StringComparison.Ordinal);
        Assert.DoesNotContain("Unrecognized", run.Error, StringComparison.Ordinal);
    }

    private static async Task<int[]> IdsAsync(params string[] options) =>
        [.. (await ConsoleRun.OfAsync([.. s_run, .. options, "--ids"])).Succeeded().Out
            .Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(id => int.Parse(id, CultureInfo.InvariantCulture))];
}
