using System.Runtime.InteropServices;
using System.Text.Json;
using Xunit;

namespace LLamaNet.Tests.Console;

// Commands that write files or read long texts.
public sealed class FileCommandTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("llamanet-tests-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Logits_are_those_of_the_reference()
    {
        string file = Path.Combine(_folder.FullName, "logits.f32");
        (await ConsoleRun.OfAsync(
            "logits", SharedData.Path("models/stories260K/stories260K-F32.gguf"), "--prompt-file",
            SharedData.Path("golden/prompts/p1.txt"),
            "--kv-type", "f32", "--all", "--out", file)).Succeeded();
        float[] expected = Floats(SharedData.Path("golden/stories260K/F32.ref64.p1.alllogits.f32"));
        float[] actual = Floats(file);
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++) Assert.Equal(expected[i], actual[i], tolerance: 1e-3f);
        Assert.Equal([file], Directory.GetFiles(_folder.FullName));
    }

    [Fact]
    public async Task The_last_position_alone_is_the_end_of_all_positions()
    {
        string last = Path.Combine(_folder.FullName, "last"), all = Path.Combine(_folder.FullName, "all");
        (await ConsoleRun.OfAsync("logits", Repository.DemoModel(), "--prompt", "Prince Andrew", "--out", last)).Succeeded();
        (await ConsoleRun.OfAsync("logits", Repository.DemoModel(), "--prompt", "Prince Andrew", "--out", all, "--all"))
            .Succeeded();
        Assert.Equal(2048, Floats(last).Length);
        Assert.Equal(3 * 2048, Floats(all).Length);
        Assert.Equal(Floats(last), Floats(all)[(2 * 2048)..]);
    }

    [Theory]
    [InlineData("logits", "MODEL", "--prompt", "a", "--out", "FILE")]
    [InlineData("quantize", "MODEL", "FILE", "--type", "q4_0", "--force")]
    [InlineData("chart", "no-such-file", "--out", "FILE")]
    public async Task A_place_where_no_file_can_be_written_is_told_before_the_work(params string[] arguments)
    {
        string missing = Path.Combine(_folder.FullName, "no-such-folder");
        string file = Path.Combine(missing, "file");
        Assert.Equal($"llamanet: {file}: there is no folder {missing}", await ErrorAsync(file));
        Assert.Equal($"llamanet: {_folder.FullName}: expected a file, found a folder", await ErrorAsync(_folder.FullName));
        Assert.Empty(_folder.EnumerateFileSystemInfos());

        async Task<string> ErrorAsync(string path) => (await ConsoleRun.OfAsync(
            [.. arguments.Select(argument => argument switch { "MODEL" => Repository.DemoModel(), "FILE" => path,
                _ => argument })])).FailedWith(1);
    }

    [Fact]
    public async Task Perplexity_follows_the_rule_of_the_field()
    {
        ConsoleRun run = (await ConsoleRun.OfAsync(
            "perplexity", SharedData.Path("models/stories260K/stories260K-F32.gguf"), "--file",
            SharedData.Path("corpora/tinystories-32k.txt"),
            "--context", "256", "--kv-type", "f32", "--json")).Succeeded();
        JsonElement json = run.Json();
        Assert.Equal(60, json.GetProperty("chunks").GetInt32());
        Assert.Equal(7620, json.GetProperty("tokens").GetInt32());
        Assert.Equal(1.37016431884, json.GetProperty("nll").GetDouble(), tolerance: 1e-4);
        Assert.Equal(3.93599740088, json.GetProperty("perplexity").GetDouble(), tolerance: 4e-4);
    }

    [Fact]
    public async Task A_text_shorter_than_a_chunk_is_refused()
    {
        string file = Path.Combine(_folder.FullName, "short.txt");
        await File.WriteAllTextAsync(file, "Prince Andrew", TestContext.Current.CancellationToken);
        string error = (await ConsoleRun.OfAsync("perplexity", Repository.DemoModel(), "--file", file)).FailedWith(1);
        Assert.Contains("less than one chunk of 512", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Quantize_writes_a_model_and_never_replaces_a_file_unasked()
    {
        string file = Path.Combine(_folder.FullName, "q5.gguf");
        (await ConsoleRun.OfAsync("quantize", Repository.DemoModel(), file, "--type", "q5_0")).Succeeded();
        (await ConsoleRun.OfAsync("generate", file, "--prompt", "Prince Andrew", "--max-tokens", "3")).Succeeded();
        DateTime written = File.GetLastWriteTimeUtc(file);

        string error = (await ConsoleRun.OfAsync("quantize", Repository.DemoModel(), file, "--type", "q8_0")).FailedWith(1);
        Assert.Contains("--force", error, StringComparison.Ordinal);
        Assert.Equal(written, File.GetLastWriteTimeUtc(file));
        (await ConsoleRun.OfAsync("quantize", Repository.DemoModel(), file, "--type", "q4_0", "--force")).Succeeded();
        Assert.Equal([file], Directory.GetFiles(_folder.FullName));
    }

    [Fact]
    public async Task The_library_replaces_a_file_only_when_it_is_told()
    {
        string file = Path.Combine(_folder.FullName, "model.gguf");
        await File.WriteAllTextAsync(file, "mine", TestContext.Current.CancellationToken);
        var refusal = await Assert.ThrowsAsync<IOException>(() => QuantizeAsync(overwrite: false));
        Assert.Equal($"{file} exists already.", refusal.Message);
        Assert.Equal("mine", await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
        await QuantizeAsync(overwrite: true);
        Assert.True(new FileInfo(file).Length > 4);

        Task QuantizeAsync(bool overwrite) => LlamaModel.QuantizeAsync(
            Repository.DemoModel(), file, "q4_k_m", overwrite, cancellationToken: TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Quantize_refuses_to_overwrite_its_source()
    {
        string file = Path.Combine(_folder.FullName, "model.gguf");
        File.Copy(Repository.DemoModel(), file);
        (await ConsoleRun.OfAsync("quantize", file, file, "--type", "q4_0", "--force")).FailedWith(1);
        Assert.Equal(new FileInfo(Repository.DemoModel()).Length, new FileInfo(file).Length);
    }

    private static float[] Floats(string path) => MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(path)).ToArray();
}
