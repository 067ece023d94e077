using System.Globalization;
using System.Text.Json;
using LLamaNet.Console.Measurement;
using Xunit;

namespace LLamaNet.Tests.Console;

// Token ids instead of a text, for models with a tokenizer and without one.
public sealed class PromptIdsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(",")]
    [InlineData(" ")]
    [InlineData(", ")]
    public async Task Ids_continue_as_their_text_does(string separator)
    {
        string text = await GeneratedAsync("--prompt", "Prince Andrew");
        Assert.Equal(text, await GeneratedAsync("--prompt-ids", string.Join(separator, Encode("Prince Andrew"))));
        // Nothing is added in front.
        int[] withoutBos = Encode("Prince Andrew")[1..];
        JsonElement json = (await ConsoleRun.OfAsync(
            "generate", Repository.DemoModel(), "--prompt-ids", string.Join(separator, withoutBos), "--max-tokens", "1",
            "--json"))
            .Succeeded().Json();
        Assert.Equal(withoutBos.Length, json.GetProperty("promptTokens").GetInt32());
    }

    [Fact]
    public async Task Logits_after_ids_are_those_after_their_text()
    {
        (await ConsoleRun.OfAsync(
            "logits", Repository.DemoModel(), "--prompt", "Prince Andrew", "--out", _folder["text"], "--all")).Succeeded();
        string ids = string.Join(',', Encode("Prince Andrew"));
        (await ConsoleRun.OfAsync(
            "logits", Repository.DemoModel(), "--prompt-ids", ids, "--out", _folder["ids"], "--all")).Succeeded();
        Assert.Equal(Bytes("text"), Bytes("ids"));
    }

    [Fact]
    public async Task The_perplexity_of_ids_scores_the_second_half_of_each_chunk()
    {
        int[] ids = [1, 40, 41, 42, 43, 44, 45, 46];
        JsonElement json = (await ConsoleRun.OfAsync(
            "perplexity", Repository.DemoModel(), "--prompt-ids", string.Join(',', ids), "--context", "8", "--json"))
            .Succeeded().Json();
        using LlamaModel model = await LlamaModel.LoadAsync(
            Repository.DemoModel(), cancellationToken: TestContext.Current.CancellationToken);
        double sum = 0;
        await model.ComputeLogitsAsync(
            ids, (position, logits) => sum += position < 7 ? Perplexity.NegativeLogLikelihood(logits, ids[position + 1]) : 0, 4,
            TestContext.Current.CancellationToken);
        Assert.Equal(3, json.GetProperty("tokens").GetInt32());
        Assert.Equal(sum / 3, json.GetProperty("nll").GetDouble(), tolerance: 1e-9);
    }

    [Theory]
    [InlineData("generate")]
    [InlineData("logits", "--out", "x")]
    [InlineData("perplexity")]
    public async Task An_id_that_is_none_of_the_models_is_refused(params string[] command)
    {
        string[] arguments =
            [command[0], Repository.DemoModel(), .. command[1..], "--prompt-ids", "1,2,3,9999999", "--context", "4"];
        string line = (await ConsoleRun.OfAsync(arguments)).FailedWith(1);
        Assert.Contains("Token id 9999999 is not in the vocabulary of", line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--prompt-ids: expected token ids such as 1,2,3, found 'x'.", "generate", "m", "--prompt-ids", "1,x")]
    [InlineData("--prompt-ids: expected token ids such as 1,2,3, found '1;2'.", "generate", "m", "--prompt-ids", "1;2")]
    [InlineData("--prompt-ids: expected token ids such as 1,2,3, found '-1'.", "generate", "m", "--prompt-ids", "2,-1")]
    [InlineData(
        "--prompt-ids: expected token ids such as 1,2,3, found '2147483648'.", "generate", "m", "--prompt-ids", "2147483648")]
    [InlineData("--prompt-ids: expected token ids such as 1,2,3, found none.", "generate", "m", "--prompt-ids", ", ,")]
    [InlineData("--prompt-ids: expected token ids such as 1,2,3, found ''.", "generate", "m", "--prompt-ids", "1,,2")]
    [InlineData("--prompt-ids", "generate", "m", "--prompt-ids", "1", "--prompt-ids", "2")]
    [InlineData("Give --prompt or --prompt-ids, not both.", "generate", "m", "--prompt", "a", "--prompt-ids", "1")]
    [InlineData(
        "Give --prompt-file or --prompt-ids, not both.", "logits", "m", "--out", "x", "--prompt-file", "a", "--prompt-ids", "1")]
    [InlineData("--echo goes with a text, not with --prompt-ids.", "generate", "m", "--echo", "--prompt-ids", "1")]
    [InlineData(
        "--parse-special goes with a text, not with --prompt-ids.", "generate", "m", "--parse-special", "--prompt-ids", "1")]
    [InlineData(
        "Give the text with --file, or its token ids with --prompt-ids.", "perplexity", "m", "--file", "a", "--prompt-ids", "1")]
    [InlineData("Give the text with --file, or its token ids with --prompt-ids.", "perplexity", "m")]
    public async Task A_wrong_list_of_ids_is_told_in_one_line(string message, params string[] arguments)
    {
        string line = (await ConsoleRun.OfAsync(arguments)).FailedWith(2);
        Assert.Contains(message, line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_model_without_a_tokenizer_takes_ids()
    {
        string model = WithoutTokenizer();
        ConsoleRun run = (await ConsoleRun.OfAsync(
            "generate", model, "--prompt-ids", "1,4", "--ids", "--max-tokens", "3")).Succeeded();
        Assert.Equal(3, run.Out.Split(' ').Length);
        JsonElement json = (await ConsoleRun.OfAsync(
            "generate", model, "--prompt-ids", "1,4", "--json", "--max-tokens", "3")).Succeeded().Json();
        Assert.Equal("", json.GetProperty("text").GetString());
        (await ConsoleRun.OfAsync("logits", model, "--prompt-ids", "1,4", "--out", _folder["logits"])).Succeeded();
        Assert.Equal(TestConfigs.Tiny.VocabularySize * sizeof(float), Bytes("logits").Length);
        (await ConsoleRun.OfAsync("perplexity", model, "--prompt-ids", "1,4,5,4", "--context", "4")).Succeeded();
        (await ConsoleRun.OfAsync("quantize", model, _folder["f16.gguf"], "--type", "f16")).Succeeded();
        (await ConsoleRun.OfAsync(
            "generate", _folder["f16.gguf"], "--prompt-ids", "1,4", "--ids", "--max-tokens", "3")).Succeeded();
    }

    [Theory]
    [InlineData("takes token ids and no text", "generate", "--prompt", "a", "--ids")]
    [InlineData("its answer has no text; give --ids", "generate", "--prompt-ids", "1")]
    [InlineData("takes token ids and no text", "logits", "--prompt", "a", "--out", "x")]
    [InlineData("takes token ids and no text", "chat")]
    public async Task Commands_for_text_say_that_there_is_no_tokenizer(string message, params string[] command)
    {
        string line = (await ConsoleRun.OfAsync([command[0], WithoutTokenizer(), .. command[1..]])).FailedWith(1);
        Assert.Contains(message, line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("no_vocab")]
    public async Task A_model_without_a_tokenizer_loads_and_says_so(string? name)
    {
        string path = WithoutTokenizer(name);
        Assert.Null(LlamaModel.Inspect(path).Tokenizer);
        using LlamaModel model = await LlamaModel.LoadAsync(path, cancellationToken: TestContext.Current.CancellationToken);
        Assert.False(model.HasTokenizer);
        Assert.Contains(
            "no tokenizer", Assert.Throws<InvalidOperationException>(() => model.Tokenizer).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_tokenizer_that_cannot_be_used_is_told_where_text_needs_it()
    {
        string path = _folder["broken.gguf"];
        TinyModel.Create().With("tokenizer.ggml.scores", new float[] { 1, 2 }).Write(path);
        (await ConsoleRun.OfAsync("generate", path, "--prompt-ids", "1,4", "--ids", "--max-tokens", "3")).Succeeded();
        string line = (await ConsoleRun.OfAsync("generate", path, "--prompt", "a")).FailedWith(1);
        Assert.Contains("tokenizer cannot be used", line, StringComparison.Ordinal);
        Assert.Contains("tokenizer.ggml.scores", line, StringComparison.Ordinal);
    }

    private static async Task<string> GeneratedAsync(string option, string value) => (await ConsoleRun.OfAsync(
        "generate", Repository.DemoModel(), option, value, "--temperature", "0", "--max-tokens", "8")).Succeeded().Out;

    private static int[] Encode(string text) => [.. LlamaModel.LoadTokenizer(Repository.DemoModel()).Encode(text)];

    private byte[] Bytes(string name) => File.ReadAllBytes(_folder[name]);

    private string WithoutTokenizer(string? name = null)
    {
        TinyModel model = TinyModel.Create();
        foreach (string key in model.Metadata.Keys.Where(key => key.StartsWith("tokenizer.", StringComparison.Ordinal)).ToArray())
            model.Without(key);
        if (name is not null) model.With("tokenizer.ggml.model", name);
        string path = _folder[string.Create(CultureInfo.InvariantCulture, $"{name ?? "tiny"}.gguf")];
        model.Write(path);
        return path;
    }
}
