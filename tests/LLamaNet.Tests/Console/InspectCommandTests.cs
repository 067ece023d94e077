using System.Text.Json;
using Xunit;

namespace LLamaNet.Tests.Console;

public class InspectCommandTests
{
    [Fact]
    public async Task A_model_is_described()
    {
        ConsoleRun run = (await ConsoleRun.OfAsync("inspect", Repository.DemoModel(), "--json")).Succeeded();
        JsonElement json = run.Json();
        JsonElement config = json.GetProperty("config");
        Assert.Equal(256, config.GetProperty("width").GetInt32());
        Assert.Equal(6, config.GetProperty("layers").GetInt32());
        Assert.Equal(2048, config.GetProperty("vocabularySize").GetInt32());
        Assert.Equal(JsonValueKind.Null, json.GetProperty("configProblem").ValueKind);
        Assert.Equal(6 * 9 + 3, json.GetProperty("tensors").GetArrayLength());
        Assert.True(json.GetProperty("memory").GetProperty("totalBytes").GetInt64() > 0);

        ConsoleRun text = (await ConsoleRun.OfAsync("inspect", Repository.DemoModel())).Succeeded();
        Assert.Contains("57 tensors", text.Out, StringComparison.Ordinal);
        Assert.Contains("output_norm.weight", text.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Warnings_stand_on_stderr_and_in_the_summary()
    {
        using HuggingFaceModel model = HuggingFaceModel.Create();
        File.WriteAllText(model["generation_config.json"], """{"top_k": -1, "eos_token_id": 2}""");
        string warning = $"{model["generation_config.json"]}: top_k: -1 is not 0 to 2^24, so all tokens count";
        File.Copy(SharedData.Path("models/stories260K/hf-f32/tokenizer.model"), model["tokenizer.model"]);
        ConsoleRun inspected = (await ConsoleRun.OfAsync("inspect", model.Path, "--json")).Succeeded();
        Assert.Contains(warning, inspected.Json().GetProperty("warnings").EnumerateArray().Select(line => line.GetString()));
        Assert.Contains($"warning: {warning}", inspected.Error, StringComparison.Ordinal);
        File.Delete(model["tokenizer.model"]);
        string[] arguments = ["logits", model.Path, "--prompt-ids", "1,2", "--out", model["out"]];
        ConsoleRun loaded = (await ConsoleRun.OfAsync(arguments)).Succeeded();
        Assert.StartsWith($"warning: {warning}{Environment.NewLine}", loaded.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("qwen2-window-on", "parts      window of 8 positions but in layers [0], biases of queries, keys and values")]
    [InlineData("qwen3", "parts      norms of heads")]
    [InlineData("granite", "parts      embeddings times 12, scores times 0.0625, residuals times 0.22, logits over 3")]
    [InlineData("phi3-window-partial", "parts      window of 8 positions, 8 elements of a head rotated")]
    [InlineData("smollm3", "parts      layers [3] not rotated")]
    public async Task Parts_that_LLaMA_does_not_have_are_named(string folder, string line)
    {
        ConsoleRun run = (await ConsoleRun.OfAsync("inspect", SharedData.Path($"hf-architectures/{folder}"))).Succeeded();
        Assert.Contains(line, run.Out.Split('\n').Select(text => text.TrimEnd()));
    }

    [Theory]
    [InlineData("gguf", "*.gguf")]
    [InlineData("safetensors", "*.safetensors")]
    public async Task Good_files_are_shown_and_bad_ones_refused_in_one_line(string folder, string pattern)
    {
        string[] files = Directory.GetFiles(SharedData.Path($"vectors/{folder}"), pattern);
        Assert.NotEmpty(files);
        foreach (string file in files)
        {
            ConsoleRun run = await ConsoleRun.OfAsync("inspect", file);
            if (Path.GetFileName(file).StartsWith("ok_", StringComparison.Ordinal)) run.Succeeded();
            else Assert.Contains(Path.GetFileName(file), run.FailedWith(1), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("models/gguf-variants/stories260K-F16-split-00001-of-00003.gguf")]
    [InlineData("models/stories260K/hf-f16-sharded")]
    [InlineData("models/stories260K/meta-f32-2shards")]
    [InlineData("models/synth-llama3/hf-f32")]
    [InlineData("tokenizers/ggml-vocab/ggml-vocab-llama-spm.gguf")]
    public async Task Every_container_is_shown(string path) =>
        (await ConsoleRun.OfAsync("inspect", SharedData.Path(path), "--json")).Succeeded().Json();

    [Fact]
    public async Task A_path_that_is_not_there_is_named() =>
        Assert.Contains(
            "no-such-model", (await ConsoleRun.OfAsync("inspect", "no-such-model")).FailedWith(1), StringComparison.Ordinal);
}
