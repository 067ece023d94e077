using System.Text;
using LLamaNet.Console;
using Xunit;

namespace LLamaNet.Tests.Console;

// Texts that commands read from files and from stdin.
public sealed class InputTextTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Theory]
    [InlineData("616263FF", "line 1, byte 4: expected UTF-8, found 0xFF")]
    [InlineData("EFBBBF61C3", "line 1, byte 5: expected UTF-8, found 0xC3")]
    [InlineData("FFFE61000A00", "line 1, byte 1: expected UTF-8, found 0xFF")]
    [InlineData("61620A0AC3A9EDA080", "line 3, byte 3: expected UTF-8, found 0xED")]
    public async Task A_prompt_that_is_no_UTF8_is_refused(string hex, string problem)
    {
        string[] generate = ["generate", Repository.DemoModel(), "--prompt-file"];
        await File.WriteAllBytesAsync(_file, Convert.FromHexString(hex), TestContext.Current.CancellationToken);
        Assert.Equal($"llamanet: {_file}: {problem}", (await ConsoleRun.OfAsync([.. generate, _file])).FailedWith(1));
        ConsoleRun fromStdin = await ConsoleRun.WithInputAsync(Convert.FromHexString(hex), [.. generate, "-"]);
        Assert.Equal($"llamanet: -: {problem}", fromStdin.FailedWith(1));
        ConsoleRun perplexity = await ConsoleRun.OfAsync("perplexity", Repository.DemoModel(), "--file", _file);
        Assert.Equal($"llamanet: {_file}: {problem}", perplexity.FailedWith(1));
    }

    [Theory]
    [InlineData("", "\"Prince\"", "[484]")]
    [InlineData("EFBBBF", "\"Prince\"", "[484]")]
    [InlineData("EFBBBF", "\"Prince Andrew\"", "[484, 553]")]
    public async Task A_byte_order_mark_before_lines_is_skipped(string mark, string text, string ids)
    {
        byte[] input = [.. Convert.FromHexString(mark), .. Encoding.UTF8.GetBytes($"{{\"text\": {text}}}\r\n")];
        ConsoleRun run = (await ConsoleRun.WithInputAsync(input, "tokenize", Repository.DemoModel(), "--jsonl", "-")).Succeeded();
        Assert.Equal(ids, run.Out.TrimEnd());
    }

    [Fact]
    public async Task A_byte_order_mark_before_a_prompt_is_skipped()
    {
        string[] generate = ["generate", Repository.DemoModel(), "--echo", "--max-tokens", "1", "--prompt-file", "-"];
        ConsoleRun run = (await ConsoleRun.WithInputAsync([0xEF, 0xBB, 0xBF, .. "Prince"u8], generate)).Succeeded();
        Assert.StartsWith("Prince", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_line_that_is_no_UTF8_is_named()
    {
        byte[] input = [.. "{\"text\": \"a\"}\n{\"text\": \"\u00e9"u8, 0xC3, .. "\"}\n"u8];
        await File.WriteAllBytesAsync(_file, input, TestContext.Current.CancellationToken);
        foreach (string file in (string[])[_file, "-"])
        {
            ConsoleRun run = await ConsoleRun.WithInputAsync(input, "tokenize", Repository.DemoModel(), "--jsonl", file);
            Assert.Equal((1, $"llamanet: {file}: line 2, byte 13: expected UTF-8, found 0xC3\n"), (run.ExitCode, run.Error));
        }
    }

    [Theory]
    [InlineData("generate", "--prompt-file")]
    [InlineData("tokenize", "--jsonl")]
    [InlineData("perplexity", "--file")]
    public async Task A_folder_is_named_as_such(string command, string option)
    {
        string folder = Path.GetTempPath();
        string line = (await ConsoleRun.OfAsync(command, Repository.DemoModel(), option, folder)).FailedWith(1);
        Assert.Equal($"llamanet: {folder}: expected a file, found a folder", line);
    }

    [Theory]
    [InlineData("generate", "--prompt-file")]
    [InlineData("tokenize", "--jsonl")]
    public async Task Ctrl_C_ends_the_wait_for_stdin(string command, string option)
    {
        using var interrupts = new Interrupts();
        ConsoleRun run = await ConsoleRun.RunAsync(
            new SilentInput(interrupts), new StringWriter(), interrupts, [command, Repository.DemoModel(), option, "-"]);
        Assert.Equal("llamanet: cancelled", run.FailedWith(130));
    }

    // Nothing comes, then Ctrl-C.
    private sealed class SilentInput(Interrupts interrupts) : MemoryStream
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            interrupts.Interrupt();
            return new(new TaskCompletionSource<int>().Task);
        }
    }
}
