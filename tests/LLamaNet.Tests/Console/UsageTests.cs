using System.Text.Json;
using Xunit;

namespace LLamaNet.Tests.Console;

public class UsageTests
{
    public static TheoryData<string> Commands =>
        ["generate", "chat", "inspect", "plan", "tokenize", "logits", "perplexity", "quantize", "bench", "chart", "devices"];

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task Every_command_explains_itself(string command)
    {
        ConsoleRun run = (await ConsoleRun.OfAsync(command, "--help")).Succeeded();
        Assert.Contains($"llamanet {command}", run.Out, StringComparison.Ordinal);
        Assert.Empty(run.Error);
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task Help_lists_every_command(string command)
    {
        ConsoleRun run = (await ConsoleRun.OfAsync("--help")).Succeeded();
        Assert.Contains($"  {command} ", run.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Unrecognized command or argument 'nope'.", "nope")]
    [InlineData("Unrecognized option '--nope'", "plan", "--nope")]
    [InlineData("Unrecognized option '--nope'", "generate", "--prompt", "a", "--nope")]
    [InlineData("Unrecognized option '-nope'", "quantize", "-nope", "a", "b", "--type", "q8_0")]
    [InlineData("Unrecognized option '--maxtokens'", "generate", "m", "--prompt", "a", "--maxtokens", "3")]
    [InlineData("--echo goes with text", "generate", "m", "--prompt", "a", "--echo", "--ids")]
    [InlineData("--echo goes with text", "generate", "m", "--prompt", "a", "--echo", "--json")]
    [InlineData("'MODEL' missing", "inspect")]
    [InlineData("--top-p: expected a number from 0.0001 to 1, found '1.5'.", "generate", "m", "--prompt", "a", "--top-p", "1.5")]
    [InlineData(
        "--temperature: expected a number from 0 to 100, found 'NaN'.", "generate", "m", "--prompt", "a", "--temperature", "NaN")]
    [InlineData("--max-tokens: expected a number from 1 to 2147483647, found '0'.", "generate", "m", "--prompt", "a",
        "--max-tokens", "0")]
    [InlineData(
        "--device: expected auto, cpu, cuda or cuda:N, found 'tpu'.", "generate", "m", "--prompt", "a", "--device", "tpu")]
    [InlineData("Give --prompt or --prompt-file, not both.", "generate", "m", "--prompt", "a", "--prompt-file", "b")]
    [InlineData("Give the text to continue", "generate", "m")]
    [InlineData("--kv-type: expected F16, Q8_0, F32, found 'q4_0'.", "chat", "m", "--kv-type", "q4_0")]
    [InlineData("--type: expected F32, F16, BF16, Q8_0, ", "quantize", "a", "b", "--type", "Q2")]
    [InlineData("--config: expected 1.1B, 7B, 13B, 33B or 65B, found '8B'.", "plan", "--config", "7B,8B")]
    [InlineData("--context: expected a number from 1 to 16777216, found '-1'.", "plan", "--context", "512,-1")]
    [InlineData("Give either --text or --jsonl.", "tokenize", "m")]
    [InlineData("Give MODEL or --config, not both.", "bench", "m", "--config", "7B")]
    [InlineData("--type goes with --config", "bench", "m", "--type", "q4_0")]
    [InlineData("--type goes with --config", "bench", "--type", "q4_0")]
    [InlineData("--weight-type converts a MODEL", "bench", "--config", "7B", "--weight-type", "q4_0")]
    [InlineData("--type: expected F32, F16, Q4_0", "bench", "--config", "7B", "--type", "q4_0,q4")]
    [InlineData("--context-tokens: expected a number from 1 to 1048576, found '0'.", "bench", "m", "--context-tokens", "0")]
    [InlineData("'--out' is required", "chart", "speed.json")]
    [InlineData("'FILE' missing", "chart", "--out", "speed.svg")]
    [InlineData("so give 0, 2 or more.", "bench", "m", "--generate-tokens", "1")]
    public async Task Wrong_usage_is_one_line_and_exit_code_2(string expected, params string[] arguments)
    {
        ConsoleRun run = await ConsoleRun.OfAsync(arguments);
        Assert.Contains(expected, run.FailedWith(2), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_prompt_may_begin_with_an_at_sign()
    {
        string line = (await ConsoleRun.OfAsync("generate", "no-such-file.gguf", "--prompt", "@home")).FailedWith(1);
        Assert.Contains("no-such-file.gguf", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Version_is_that_of_the_build()
    {
        ConsoleRun run = (await ConsoleRun.OfAsync("--version")).Succeeded();
        Assert.Matches(@"^\d+\.\d+\.\d+", run.Out);
    }

    [Fact]
    public async Task Devices_names_the_cpu()
    {
        ConsoleRun run = (await ConsoleRun.OfAsync("devices")).Succeeded();
        Assert.StartsWith("cpu ", run.Out, StringComparison.Ordinal);
        Assert.Contains("\ncuda:0 ", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Devices_are_listed_as_json()
    {
        JsonElement devices = (await ConsoleRun.OfAsync("devices", "--json")).Succeeded().Json();
        Assert.Equal("cpu", devices[0].GetProperty("device").GetString());
        Assert.True(devices[0].GetProperty("usable").GetBoolean());
        Assert.Equal(JsonValueKind.Null, devices[0].GetProperty("refusal").ValueKind);
        Assert.True(devices[0].GetProperty("memoryBytes").GetInt64() > 0);
        Assert.Equal("cuda:0", devices[1].GetProperty("device").GetString());
        bool usable = devices[1].GetProperty("usable").GetBoolean();
        Assert.Equal(usable, devices[1].GetProperty("refusal").ValueKind == JsonValueKind.Null);
    }
}
