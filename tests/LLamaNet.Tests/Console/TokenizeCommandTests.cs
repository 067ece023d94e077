using System.Text.Json;
using Xunit;

namespace LLamaNet.Tests.Console;

public class TokenizeCommandTests
{
    [Theory]
    [InlineData("llama-spm", "tokenizers/ggml-vocab/ggml-vocab-llama-spm.gguf")]
    [InlineData("stories260K", "models/stories260K/stories260K-F32.gguf")]
    [InlineData("synth-bpe", "models/synth-llama3/synth-llama3-F32.gguf")]
    public async Task A_jsonl_file_gives_a_line_of_ids_for_each_text(string vectors, string model)
    {
        string[] lines = [.. (await File.ReadAllLinesAsync(SharedData.Path($"vectors/tokenizer/{vectors}.jsonl"),
            TestContext.Current.CancellationToken))
            .Where(line => line.Contains("\"text\"", StringComparison.Ordinal))];
        foreach ((bool special, bool parse) in new[] { (false, false), (true, false), (false, true), (true, true) })
        {
            string[] chosen =
                [.. lines.Where(line => Flag(line, "add_special") == special && Flag(line, "parse_special") == parse)];
            ConsoleRun run = (await ConsoleRun.WithInputAsync(
                string.Join('\n', chosen),
                ["tokenize", SharedData.Path(model), "--jsonl", "-", .. special ? ["--special"] : Array.Empty<string>(),
                    .. parse ? ["--parse-special"] : Array.Empty<string>()])).Succeeded();
            Assert.Equal(
                chosen.Select(line => Ids(JsonDocument.Parse(line).RootElement.GetProperty("ids"))),
                run.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(
                    line => Ids(JsonDocument.Parse(line).RootElement)));
        }
    }

    [Fact]
    public async Task Text_gives_ids_or_pieces()
    {
        ConsoleRun ids =
            (await ConsoleRun.OfAsync("tokenize", Repository.DemoModel(), "--text", "Prince Andrew", "--special")).Succeeded();
        Assert.Equal([1, 484, 553], Ids(ids.Json()));
        ConsoleRun pieces =
            (await ConsoleRun.OfAsync("tokenize", Repository.DemoModel(), "--text", "Prince Andrew", "--pieces")).Succeeded();
        Assert.Contains("484  ▁Prince", pieces.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"text\": 1}")]
    [InlineData("{\"txt\": \"a\"}")]
    [InlineData("[]")]
    [InlineData("{\"text\": \"a\"")]
    public async Task A_line_of_another_kind_is_named(string line)
    {
        string error =
            (await ConsoleRun.WithInputAsync($"\n{line}\n", "tokenize", Repository.DemoModel(), "--jsonl", "-")).FailedWith(1);
        Assert.Equal("llamanet: -: line 2: expected a JSON object with a string \"text\"", error);
    }

    private static bool Flag(string line, string name) => JsonDocument.Parse(line).RootElement.GetProperty(name).GetBoolean();

    private static int[] Ids(JsonElement array) => [.. array.EnumerateArray().Select(id => id.GetInt32())];
}
