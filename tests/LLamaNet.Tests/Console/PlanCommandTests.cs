using System.Text.Json;
using Xunit;

namespace LLamaNet.Tests.Runner;

public class PlanCommandTests
{
    [Fact]
    public async Task Every_size_type_and_context_has_a_line()
    {
        JsonElement json = (await ConsoleRun.OfAsync("plan", "--json", "--type", "f16,q4_0", "--context", "512,2048")).Succeeded().Json();
        Assert.Equal(4 * 2 * 2, json.GetArrayLength());
        foreach (JsonElement row in json.EnumerateArray())
        {
            long Bytes(string name) => row.GetProperty(name).GetInt64();
            Assert.Equal(Bytes("totalBytes"), Bytes("weightBytes") + Bytes("kvCacheBytes") + Bytes("scratchBytes"));
        }

        // 7B, F16: 6.7 billion weights of two bytes, norms in F32; a cache of 2048 positions * 32 layers * 2 * 4096 halves.
        JsonElement row7B = json[1];
        Assert.Equal(("7B", "F16", 2048), (row7B.GetProperty("model").GetString(), row7B.GetProperty("type").GetString(), row7B.GetProperty("context").GetInt32()));
        Assert.InRange(row7B.GetProperty("weightBytes").GetInt64(), 2 * 6_738_415_616L, 2 * 6_738_415_616L + (64L << 20));
        Assert.Equal(1L << 30, row7B.GetProperty("kvCacheBytes").GetInt64());
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
}
