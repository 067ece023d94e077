using System.Text.Json;
using Xunit;

namespace LLamaNet.Tests.Runner;

public class BenchCommandTests
{
    [Fact]
    public async Task Json_has_a_line_for_each_measurement()
    {
        JsonElement json = (await ConsoleRun.OfAsync(
            "bench", Repository.DemoModel(), "--prompt-tokens", "16", "--generate-tokens", "4", "--threads", "1", "--repetitions", "1", "--json")).Succeeded().Json();
        Assert.Equal(["prefill", "decode"], json.EnumerateArray().Select(line => line.GetProperty("kind").GetString()));
        Assert.Equal([16, 4], json.EnumerateArray().Select(line => line.GetProperty("tokens").GetInt32()));
        foreach (JsonElement line in json.EnumerateArray())
        {
            Assert.Equal("demo-q8_0.gguf", line.GetProperty("model").GetString());
            Assert.Equal("Q8_0", line.GetProperty("type").GetString());
            Assert.Equal(1, line.GetProperty("threads").GetInt32());
            Assert.True(line.GetProperty("tokensPerSecond").GetDouble() > 0);
            Assert.True(line.GetProperty("weightBytesPerSecond").GetDouble() > 0);
            Assert.True(line.GetProperty("bandwidthShare").GetDouble() > 0);
        }
    }
}
