using System.Text.Json;
using LLamaNet.Tests.Console;
using Xunit;

namespace LLamaNet.Tests.Cases;

// Files after public bug reports of other engines, with what `llamanet generate` must make of them.
public class GenerateCaseTests
{
    [Theory]
    [InlineData("A6_block_count_short.gguf", "5 layers, block_count 4")]
    [InlineData("A2_eos_out_of_range.gguf", "special ids out of range")]
    [InlineData("A9_vocab_size_small.gguf", "llama.vocab_size at odds with the rows")]
    [InlineData("A11b_linear_nofactor.gguf", "linear scaling without a factor")]
    [InlineData("A14_bias.gguf", "biases of queries alone")]
    [InlineData("A19b_no_scores.gguf", "SentencePiece without scores")]
    [InlineData("C4", "tensors without the prefix model.")]
    [InlineData("C6c", "an index with a tensor that nobody needs")]
    [InlineData("C6d", "an index with a tied output")]
    [InlineData("C8", "a Git LFS pointer")]
    [InlineData("C10g", "top_p 0")]
    [InlineData("D1a", "an end token in added_tokens.json")]
    [InlineData("D2", "more ids than embeddings")]
    [InlineData("D3", "ids with gaps")]
    public async Task The_case_gives_what_it_says(string file, string why)
    {
        JsonElement expected = Expected(file);
        ConsoleRun run = await GreedyAsync(SharedData.Path($"cases/{file}"));
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

    // The expected ids of expected.json are of another model than the one in the folder.
    [Fact]
    public async Task An_unknown_token_that_the_vocabulary_lacks_changes_no_text()
    {
        ConsoleRun with = await GreedyAsync(SharedData.Path("cases/D5"));
        ConsoleRun without = await GreedyAsync(SharedData.Path("models/synth-llama3/hf-f32"));
        Assert.Equal(without.Succeeded().Out, with.Succeeded().Out);
        Assert.Contains(
            "special token \"<unk>\": no token of the vocabulary; it gets id 512", with.Error, StringComparison.Ordinal);
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

    private static Task<ConsoleRun> GreedyAsync(string path) => ConsoleRun.OfAsync(
        "generate", path, "--prompt", "Once upon a time", "--temperature", "0", "--max-tokens", "8", "--ids", "--device",
        "cpu", "--context", "64");

    // The cases of one file and command agree on what is expected.
    private static JsonElement Expected(string file)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(SharedData.Path("cases/expected.json")));
        return document.RootElement.GetProperty("cases").EnumerateArray()
            .First(item => item.GetProperty("file").GetString() == file && item.GetProperty("command").GetString() == "generate")
            .GetProperty("expect").Clone();
    }
}
