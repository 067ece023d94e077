using System.Text.Json;
using LLamaNet.Tests.Console;
using Xunit;

namespace LLamaNet.Tests.Cases;

// Files after public bug reports of other engines, with what `llamanet generate` must make of them.
public class GenerateCaseTests
{
    [Theory]
    [InlineData("A6_block_count_short.gguf", "5 layers, block_count 4")]
    [InlineData("A9_vocab_size_small.gguf", "llama.vocab_size at odds with the rows")]
    [InlineData("A11b_linear_nofactor.gguf", "linear scaling without a factor")]
    [InlineData("A14_bias.gguf", "biases of queries alone")]
    [InlineData("C4", "tensors without the prefix model.")]
    [InlineData("C6c", "an index with a tensor that nobody needs")]
    [InlineData("C6d", "an index with a tied output")]
    [InlineData("C8", "a Git LFS pointer")]
    [InlineData("C10g", "top_p 0")]
    [InlineData("D2", "more ids than embeddings")]
    public async Task The_case_gives_what_it_says(string file, string why)
    {
        JsonElement expected = Expected(file);
        ConsoleRun run = await ConsoleRun.OfAsync(
            "generate", SharedData.Path($"cases/{file}"), "--prompt", "Once upon a time", "--temperature", "0",
            "--max-tokens", "8", "--ids", "--device", "cpu", "--context", "64");
        if (expected.TryGetProperty("refuses", out JsonElement refusal))
        {
            Assert.Contains(refusal.GetString()!, run.FailedWith(1), StringComparison.Ordinal);
        }
        else if (expected.TryGetProperty("ids", out JsonElement ids))
        {
            Assert.True(run.ExitCode == 0, $"{why}: {run.Error}");
            Assert.Equal(string.Join(' ', ids.EnumerateArray()), run.Out.Trim());
        }
        else
        {
            Assert.True(expected.GetProperty("loads").GetBoolean());
            Assert.True(run.ExitCode == 0, $"{why}: {run.Error}");
        }
    }

    [Fact]
    public async Task Ids_without_embeddings_are_refused_as_a_prompt()
    {
        using LlamaModel model = await LlamaModel.LoadAsync(
            SharedData.Path("cases/D2"), new ModelOptions { Device = Device.Cpu },
            cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal((513, 512), (model.Tokenizer.VocabularySize, model.Config.VocabularySize));
        Assert.EndsWith(
            "tokenizer: 513 tokens, but 512 embeddings; ids from 512 on are never produced", Assert.Single(model.Warnings),
            StringComparison.Ordinal);
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        Assert.Throws<ArgumentException>(() => { _ = model.GenerateAsync([1, 512], cancellationToken: cancellation); });
    }

    // The cases of one file and command agree on what is expected.
    private static JsonElement Expected(string file)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(SharedData.Path("cases/expected.json")));
        return document.RootElement.GetProperty("cases").EnumerateArray()
            .First(item => item.GetProperty("file").GetString() == file && item.GetProperty("command").GetString() == "generate")
            .GetProperty("expect").Clone();
    }
}
