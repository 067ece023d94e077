using System.Text.Json;
using Xunit;

namespace LLamaNet.Tests.Console;

public class PlanCommandTests
{
    [Fact]
    public async Task Every_size_type_and_context_has_a_line()
    {
        JsonElement json = (await ConsoleRun.OfAsync(
            "plan", "--json", "--kv-type", "f16", "--type", "f16,q4_0", "--context", "512,2048")).Succeeded().Json();
        Assert.Equal(4 * 2 * 2, json.GetArrayLength());
        foreach (JsonElement row in json.EnumerateArray())
        {
            long Bytes(string name) => row.GetProperty(name).GetInt64();
            Assert.Equal(Bytes("totalBytes"), Bytes("weightBytes") + Bytes("kvCacheBytes") + Bytes("scratchBytes"));
        }

        // 7B, F16: 6.7 billion weights of two bytes, norms in F32; a cache of 2048 positions * 32 layers * 2 * 4096 halves.
        JsonElement row7B = json[1];
        Assert.Equal(
            ("7B", "F16", 2048),
            (
                row7B.GetProperty("model").GetString(), row7B.GetProperty("type").GetString(),
                row7B.GetProperty("context").GetInt32()));
        Assert.InRange(row7B.GetProperty("weightBytes").GetInt64(), 2 * 6_738_415_616L, 2 * 6_738_415_616L + (64L << 20));
        Assert.Equal(1L << 30, row7B.GetProperty("kvCacheBytes").GetInt64());
    }

    [Theory]
    [InlineData("f16", "F32")]
    [InlineData("q8_0", "F16")]
    public async Task The_cache_has_the_format_that_loading_would_choose(string type, string kvType)
    {
        JsonElement row = (await ConsoleRun.OfAsync(
            "plan", "--json", "--config", "7B", "--type", type, "--context", "2048")).Succeeded().Json()[0];
        Assert.Equal(kvType, row.GetProperty("kvType").GetString());
        Assert.Equal(
            LlamaModel.Plan(LlamaConfig.Llama7B, Enum.Parse<DType>(type.ToUpperInvariant()),
                new ModelOptions { ContextLength = 2048 }).KvCacheBytes,
            row.GetProperty("kvCacheBytes").GetInt64());
    }

    // The options of loading, all of which change what is taken.
    [Theory]
    [InlineData]
    [InlineData("--context", "96", "--max-sequences", "3")]
    [InlineData("--prefill-chunk", "40", "--kv-cache-type", "f32")]
    [InlineData("--weight-type", "q4_0", "--threads", "1")]
    public async Task A_checkpoint_takes_what_its_plan_says(params string[] options)
    {
        options = ["--device", "cpu", .. options];
        JsonElement plan = Assert.Single(
            (await ConsoleRun.OfAsync(
                ["plan", Repository.DemoModel(), "--json", .. options])).Succeeded().Json().EnumerateArray());
        JsonElement taken = (await ConsoleRun.OfAsync(
            ["generate", Repository.DemoModel(), "--prompt", "a", "--max-tokens", "1", "--json", .. options]))
            .Succeeded().Json().GetProperty("memory");
        foreach (string part in (string[])["weightBytes", "kvCacheBytes", "scratchBytes", "totalBytes"])
            Assert.Equal(taken.GetProperty(part).GetInt64(), plan.GetProperty(part).GetInt64());
        Assert.Equal("demo-q8_0.gguf", plan.GetProperty("model").GetString());
        Assert.Equal(options.Contains("q4_0") ? "Q4_0" : "Q8_0", plan.GetProperty("type").GetString());
        Assert.Equal("cpu", plan.GetProperty("device").GetString());
    }

    [Theory]
    [InlineData("Give MODEL or --config, not both.", "m", "--config", "7B")]
    [InlineData("--type goes with --config; a MODEL is converted by --weight-type.", "m", "--type", "f16")]
    [InlineData("--weight-type converts a MODEL; --config goes with --type.", "--weight-type", "f16")]
    public async Task Options_of_shapes_and_of_checkpoints_are_told_apart(string message, params string[] arguments)
    {
        string line = (await ConsoleRun.OfAsync(["plan", .. arguments])).FailedWith(2);
        Assert.Contains(message, line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_table_names_its_columns()
    {
        ConsoleRun run = (await ConsoleRun.OfAsync("plan", "--config", "65B", "--type", "q4_k", "--context", "2048")).Succeeded();
        string[] lines = run.Out.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(2, lines.Length);
        Assert.StartsWith("model  type  context", lines[0], StringComparison.Ordinal);
        Assert.StartsWith("65B    Q4_K     2048", lines[1], StringComparison.Ordinal);
    }

    // 65.3 billion weights of two bytes are 130.6 GB, more than a card of 80 GiB has; of 8.5 bits they fit.
    [Fact]
    public async Task The_largest_model_fits_a_card_when_its_weights_are_small_enough()
    {
        JsonElement json = (await ConsoleRun.OfAsync(
            "plan", "--json", "--config", "65B", "--type", "f16,q8_0,q4_0", "--context", "2048", "--memory", "80GiB,141GB"))
            .Succeeded().Json();
        long weights = json[0].GetProperty("weightBytes").GetInt64();
        Assert.Equal(130.6, weights / 1e9, tolerance: 0.05);
        bool[] Fits(string memory) => [.. json.EnumerateArray().Select(
            row => row.GetProperty("fits").GetProperty(memory).GetBoolean())];
        Assert.Equal([false, true, true], Fits("80GiB"));
        Assert.Equal([true, true, true], Fits("141GB"));
        Assert.All(json.EnumerateArray(), row => Assert.Equal("F16", row.GetProperty("kvType").GetString()));
    }

    [Fact]
    public async Task The_table_says_what_fits()
    {
        ConsoleRun run = (await ConsoleRun.OfAsync(
            "plan", "--config", "7B,13B", "--type", "f16", "--context", "2048", "--memory", "24GB")).Succeeded();
        string[] lines = run.Out.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);
        Assert.EndsWith("fits 24GB", lines[0], StringComparison.Ordinal);
        Assert.Matches("^7B .* yes$", lines[1]);
        Assert.Matches("^13B .* no$", lines[2]);
    }

    [Theory]
    [InlineData("80")]
    [InlineData("GiB")]
    [InlineData("-1GiB")]
    [InlineData("1e9GB")]
    public async Task Memory_is_a_number_and_a_unit(string memory)
    {
        string line = (await ConsoleRun.OfAsync("plan", "--memory", memory)).FailedWith(2);
        Assert.Contains("expected an amount such as 80GiB or 24GB", line, StringComparison.Ordinal);
    }
}
