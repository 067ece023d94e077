using System.Text.Json;
using LLamaNet.Console;
using LLamaNet.Console.Measurement;
using LLamaNet.Console.Output;
using Xunit;

namespace LLamaNet.Tests.Console;

public class BenchCommandTests
{
    [Fact]
    public async Task Json_has_a_line_for_each_measurement()
    {
        JsonElement json = (await ConsoleRun.OfAsync(
            "bench", Repository.DemoModel(), "--prompt-tokens", "16", "--generate-tokens", "4", "--threads", "1", "--repetitions",
            "1",
            "--json")).Succeeded().Json();
        Assert.Equal(["prefill", "decode"], json.EnumerateArray().Select(line => line.GetProperty("kind").GetString()));
        Assert.Equal([16, 4], json.EnumerateArray().Select(line => line.GetProperty("tokens").GetInt32()));
        Assert.Equal([0, 1], json.EnumerateArray().Select(line => line.GetProperty("contextTokens").GetInt32()));
        foreach (JsonElement line in json.EnumerateArray())
        {
            Assert.Equal("LLamaNet", line.GetProperty("name").GetString());
            Assert.StartsWith("CPU, 1 thread, ", line.GetProperty("device").GetString(), StringComparison.Ordinal);
            Assert.Equal("demo-q8_0.gguf", line.GetProperty("model").GetString());
            Assert.Equal("Q8_0", line.GetProperty("type").GetString());
            Assert.Equal(1, line.GetProperty("threads").GetInt32());
            Assert.True(Number("tokensPerSecond") > 0);
            Assert.True(Number("singleThreadBandwidth") > 0);
            Assert.True(Number("f32Peak") > 0);

            // Bytes are the binding ceiling of quantised weights, and a share is what was used over what there is.
            Assert.Equal(Number("int8Peak"), Number("arithmeticPeak"));
            Assert.Equal(
                (Number("weightBytesPerSecond") + Number("cacheBytesPerSecond")) / Number("bandwidth"), Number("bandwidthShare"),
                tolerance: 1e-12);
            Assert.Equal(Number("operationsPerSecond") / Number("arithmeticPeak"), Number("arithmeticShare"), tolerance: 1e-12);
            Assert.Equal(Math.Max(Number("bandwidthShare"), Number("arithmeticShare")), Number("share"));
            Assert.Equal(
                Number("bandwidthShare") >= Number("arithmeticShare") ? "reads" : "int8", line.GetProperty("ceiling")
                    .GetString());

            double Number(string name) => line.GetProperty(name).GetDouble();
        }

        // A decoded token takes two operations for each weight; of a prompt, only the last token takes those of the logits.
        LlamaConfig config = LlamaModel.Inspect(Repository.DemoModel()).Config!;
        double logits = (double)config.VocabularySize * config.Width;
        double heads = config.HeadDim * (2.0 * config.Heads + 2 * config.KvHeads);
        double layers = config.Layers * config.Width * (heads + 3.0 * config.FfnWidth);
        Assert.Equal(2 * (layers + logits / 16), OperationsPerToken(json[0]), tolerance: 1e-3);
        Assert.Equal(2 * (layers + logits), OperationsPerToken(json[1]), tolerance: 1e-3);

        static double OperationsPerToken(JsonElement line) =>
            line.GetProperty("operationsPerSecond").GetDouble() / line.GetProperty("tokensPerSecond").GetDouble();
    }

    [Fact]
    public async Task Decoding_is_timed_after_each_context_and_reads_its_keys_and_values()
    {
        JsonElement[] lines = [.. (await ConsoleRun.OfAsync(
            "bench", "--prompt-tokens", "8", "--context-tokens", "1,200", "--generate-tokens", "5", "--threads", "1",
            "--repetitions", "1",
            "--kv-type", "f16", "--json")).Succeeded().Json().EnumerateArray()];
        Assert.Equal(["prefill", "decode", "decode"], lines.Select(line => line.GetProperty("kind").GetString()));
        Assert.Equal([0, 1, 200], lines.Select(line => line.GetProperty("contextTokens").GetInt32()));
        Assert.Equal(0, BytesPerToken(lines[0]));

        // Four steps of which the first sees one position more than there were tokens before.
        LlamaConfig config = LlamaModel.Inspect(Repository.DemoModel()).Config!;
        double position = 2 * 2 * config.Layers * config.KvHeads * config.HeadDim;
        Assert.Equal((1 + 2.5) * position, BytesPerToken(lines[1]), tolerance: 1e-3);
        Assert.Equal((200 + 2.5) * position, BytesPerToken(lines[2]), tolerance: 1e-3);

        static double BytesPerToken(JsonElement line) =>
            line.GetProperty("cacheBytesPerSecond").GetDouble() / line.GetProperty("tokensPerSecond").GetDouble();
    }

    [Fact]
    public async Task Every_format_of_a_shape_is_measured()
    {
        JsonElement json = (await ConsoleRun.OfAsync(
            "bench", "--config", "1.1B", "--type", "q2_k,q4_0", "--prompt-tokens", "1", "--generate-tokens", "0", "--threads",
            "2",
            "--repetitions", "1", "--json")).Succeeded().Json();
        Assert.Equal(["Q2_K", "Q4_0"], json.EnumerateArray().Select(line => line.GetProperty("type").GetString()));
        Assert.All(json.EnumerateArray(), line => Assert.Equal("1.1B", line.GetProperty("model").GetString()));
    }

    [Fact]
    public async Task The_table_tells_lines_and_then_the_ceilings_of_each_number_of_threads()
    {
        ConsoleRun run = (await ConsoleRun.OfAsync(
            "bench", Repository.DemoModel(), "--weight-type", "f32", "--prompt-tokens", "4", "--generate-tokens", "0",
            "--threads", "2",
            "--repetitions", "1")).Succeeded();
        string[] lines = run.Out.Split(Environment.NewLine);
        Assert.Matches(
            "^kind +model +type +context +tokens +threads +tokens/s +GB/s +of reads +GOP/s +of peak +ceiling +share$", lines[0]);
        Assert.Matches(
            @"^prefill +demo-q8_0\.gguf +F32 +0 +4 +2 +[\d.]+ +[\d.]+ +[\d.]+% +\d+ +[\d.]+% +(reads|f32) +[\d.]+%$", lines[1]);
        Assert.Empty(lines[2]);
        Assert.Matches("^threads +reads GB/s +int8 GOP/s +f32 GOP/s$", lines[3]);
        Assert.Matches(@"^ +1 +[\d.]+ +\d+ +\d+$", lines[4]);
        Assert.Matches(@"^ +2 +[\d.]+ +\d+ +\d+$", lines[5]);
        Assert.Equal([""], lines[6..]);
    }

    [Fact]
    public void What_ran_elsewhere_has_no_ceiling_of_the_processor()
    {
        var measured = new MachineCeilings(4e10, 2e12, 5e11);
        BenchLine[] lines =
        [
            new("decode", "7B", "Q4_0", 1, 32, 2, "Some GPU", 100, 3e11, 1e11, 1e12, null),
            new("decode", "65B", "Q4_0", 4096, 32, 2, "CPU", 1, 3e10, 1e9, 1e11, measured),
        ];
        JsonElement[] json = [.. JsonDocument.Parse(Written(report => report.WriteJson())).RootElement.EnumerateArray()];
        string[] shares =
            ["bandwidthShare", "arithmeticShare", "ceiling", "share", "bandwidth", "singleThreadBandwidth", "arithmeticPeak"];
        foreach (string share in shares)
        {
            Assert.Equal(JsonValueKind.Null, json[0].GetProperty(share).ValueKind);
            Assert.NotEqual(JsonValueKind.Null, json[1].GetProperty(share).ValueKind);
        }

        string[] table = Written(report => report.WriteText()).Split(Environment.NewLine);
        Assert.Matches(@"^decode +7B +Q4_0 +1 +32 +2 +100\.00 +400\.00 +- +1000 +- +- +-$", table[1]);
        Assert.Matches(@"^ +2 +40\.00 +2000 +500$", table[6]);

        string Written(Action<BenchReport> write)
        {
            var output = new StringWriter();
            using Terminal terminal = Terminal.Redirected(Stream.Null, output, TextWriter.Null);
            write(new BenchReport(terminal, lines, measured));
            return output.ToString();
        }
    }
}
