using System.Globalization;
using System.Text.Json;
using Xunit;

namespace LLamaNet.Tests.Console;

public class GenerateCommandTests
{
    [Fact]
    public async Task Without_arguments_the_demo_model_speaks_and_says_who_it_is()
    {
        ConsoleRun first = (await ConsoleRun.OfAsync()).Succeeded();
        Assert.True(first.Out.Trim().Length > 100, first.Out);
        Assert.EndsWith("\n", first.Out, StringComparison.Ordinal);
        Assert.Contains("demo model", first.Error, StringComparison.Ordinal);
        Assert.Contains("llamanet generate MODEL", first.Error, StringComparison.Ordinal);
        Assert.Equal(first.Out, (await ConsoleRun.OfAsync("generate")).Succeeded().Out);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Greedy_ids_are_those_of_the_golden(int prompt)
    {
        string path = SharedData.Path("golden/stories260K/F32.llamacpp.json");
        using JsonDocument golden = JsonDocument.Parse(
            await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken));
        JsonElement expected = golden.RootElement.GetProperty("prompts")[prompt];
        ConsoleRun run = (await ConsoleRun.OfAsync(
            "generate", SharedData.Path("models/stories260K/stories260K-F32.gguf"), "--prompt-file",
            SharedData.Path($"golden/prompts/p{prompt}.txt"),
            "--temperature", "0", "--max-tokens", "60", "--kv-type", "f32", "--ids")).Succeeded();
        int[] ids = [.. run.Out.Split(' ').Select(id => int.Parse(id, CultureInfo.InvariantCulture))];
        Assert.Equal(expected.GetProperty("greedy_ids").EnumerateArray().Take(60).Select(id => id.GetInt32()), ids);
    }

    [Fact]
    public async Task Json_tells_all_about_the_generation()
    {
        ConsoleRun run = (await ConsoleRun.OfAsync(
            "generate", Repository.DemoModel(), "--prompt", "Prince Andrew", "--temperature", "0", "--max-tokens", "12",
            "--ignore-eos", "--json")).Succeeded();
        JsonElement json = run.Json();
        Assert.Single(run.Out.TrimEnd('\n').Split('\n'));
        Assert.Equal(12, json.GetProperty("ids").GetArrayLength());
        Assert.Equal(12, json.GetProperty("generatedTokens").GetInt32());
        Assert.Equal(3, json.GetProperty("promptTokens").GetInt32());
        Assert.Equal("maxOutputTokens", json.GetProperty("finishReason").GetString());
        Assert.True(json.GetProperty("timings").GetProperty("decodeTokensPerSecond").GetDouble() > 0);
        Assert.Equal("cpu", json.GetProperty("device").GetProperty("kind").GetString());
        Assert.True(json.GetProperty("memory").GetProperty("totalBytes").GetInt64() > 0);

        ConsoleRun plain = (await ConsoleRun.OfAsync(
            "generate", Repository.DemoModel(), "--prompt", "Prince Andrew", "--temperature", "0", "--max-tokens", "12",
            "--ignore-eos")).Succeeded();
        Assert.Equal(json.GetProperty("text").GetString() + Environment.NewLine, plain.Out);
    }

    [Fact]
    public async Task Stop_and_echo_and_stdin_and_stats()
    {
        ConsoleRun run = (await ConsoleRun.WithInputAsync(
            "Prince Andrew", "generate", Repository.DemoModel(), "--prompt-file", "-", "--temperature", "0", "--max-tokens", "30",
            "--stop", " the", "--echo", "--stats")).Succeeded();
        Assert.StartsWith("Prince Andrew", run.Out, StringComparison.Ordinal);
        Assert.DoesNotContain(" the", run.Out, StringComparison.Ordinal);
        Assert.Contains("end     stopSequence", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ctrl_C_ends_a_generation_in_one_line()
    {
        ConsoleRun run = await ConsoleRun.InterruptedAsync(
            "", "generate", Repository.DemoModel(), "--prompt", "Prince Andrew", "--ignore-eos");
        Assert.Equal((130, "llamanet: cancelled"), (run.ExitCode, run.Error.TrimEnd('\n')));
        Assert.InRange(run.Out.Length, 2, 500);
    }

    [Theory]
    [InlineData("--prompt", "x", "--device", "cuda")]
    [InlineData("--prompt-file", "no-such-prompt.txt")]
    public async Task What_cannot_be_done_is_one_line_and_exit_code_1(params string[] arguments) =>
        (await ConsoleRun.OfAsync(["generate", Repository.DemoModel(), .. arguments])).FailedWith(1);

    [Theory]
    [InlineData("--json")]
    [InlineData("--ids")]
    [InlineData("--echo")]
    [InlineData("--stats")]
    public async Task A_prompt_longer_than_the_context_is_one_line_and_exit_code_1(string option)
    {
        ConsoleRun run = await ConsoleRun.OfAsync(
            "generate", Repository.DemoModel(), "--prompt", string.Concat(Enumerable.Repeat("Prince Andrew ", 100)), "--context",
            "64", option);
        run.FailedWith(1);
    }
}
