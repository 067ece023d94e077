using System.Text.Json;
using LLamaNet.Loading;
using Xunit;

namespace LLamaNet.Tests.Console;

// The times of operations, from bench and from any program that uses the library.
public sealed class TraceTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Bench_traces_the_operations_of_each_line()
    {
        JsonElement json = (await ConsoleRun.OfAsync(
            "bench", Repository.DemoModel(), "--prompt-tokens", "8", "--generate-tokens", "3", "--threads", "1",
            "--repetitions", "2",
            "--device", "cpu", "--trace", "--json")).Succeeded().Json();
        // A prompt is two steps: the last token, which has logits, comes alone.
        foreach ((int line, int rows, int steps) in ((int, int, int)[])[(0, 7, 1), (0, 1, 1), (1, 1, 3)])
        {
            JsonElement trace = json[line].GetProperty("trace");
            Assert.StartsWith("CPU, 1 thread", trace.GetProperty("device").GetString(), StringComparison.Ordinal);
            JsonElement embed = trace.GetProperty("operations").EnumerateArray().Single(
                run => run.GetProperty("operation").GetString() == "Embed" && run.GetProperty("rows").GetInt32() == rows);
            Assert.Equal(2 * steps, embed.GetProperty("count").GetInt32());
            Assert.True(embed.GetProperty("shareOfCeiling").GetDouble() > 0);
        }
    }

    [Fact]
    public async Task Bench_prints_a_table_for_each_line()
    {
        string text = (await ConsoleRun.OfAsync(
            "bench", Repository.DemoModel(), "--prompt-tokens", "8", "--generate-tokens", "0", "--threads", "1",
            "--repetitions", "1",
            "--device", "cpu", "--trace")).Succeeded().Out;
        Assert.Contains("prefill demo-q8_0.gguf Q8_0: 8 tokens", text, StringComparison.Ordinal);
        Assert.Matches(@"\noperation +operand +rows +count +us +of time +GB/s +GFLOP/s +of ceiling\r?\n", text);
        Assert.Matches(@"\nRmsNormMatMulSwiGlu +\d+ x \d+ Q8_0 +7 ", text);
    }

    [Fact]
    public async Task A_file_that_the_environment_names_gets_a_line_for_each_model()
    {
        for (int i = 0; i < 2; i++) await GenerateAsync(_folder["trace.jsonl"]);
        string[] lines = await File.ReadAllLinesAsync(_folder["trace.jsonl"], TestContext.Current.CancellationToken);
        Assert.Equal(2, lines.Length);
        using JsonDocument json = JsonDocument.Parse(lines[1]);
        Assert.Contains(
            json.RootElement.GetProperty("operations").EnumerateArray(),
            run => run.GetProperty("operation").GetString() == "RopeStoreKvAttention");
    }

    [Fact]
    public async Task The_environment_asks_for_a_table_on_stderr()
    {
        ConsoleRun run = await GenerateAsync("1");
        Assert.Contains("RopeStoreKvAttention", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("RopeStoreKvAttention", (await GenerateAsync("0")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_cannot_be_written_is_told_before_the_work()
    {
        string place = Path.Combine(_folder.Path, "missing", "trace.jsonl");
        ConsoleRun run = await ConsoleRun.OfProcessAsync(
            TraceOutput.Variable, place, "generate", "--prompt", "a", "--max-tokens", "2");
        Assert.Contains("missing", run.FailedWith(1), StringComparison.Ordinal);
    }

    private static async Task<ConsoleRun> GenerateAsync(string trace) => (await ConsoleRun.OfProcessAsync(
        TraceOutput.Variable, trace, "generate", Repository.DemoModel(), "--prompt", "a", "--max-tokens", "2", "--device", "cpu"))
        .Succeeded();
}
