using System.Diagnostics;
using System.Globalization;
using LLamaNet.Console;
using Xunit;

namespace LLamaNet.Tests.Console;

// The built program as its own process: what only a process has (exit code, signals, encodings).
public class ProcessTests
{
    [Fact]
    public async Task Text_goes_to_stdout_as_utf8_and_the_exit_code_is_0()
    {
        using Process process = Start("tokenize", Repository.DemoModel(), "--text", "Prince", "--pieces");
        string output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        Assert.Equal((0, ""), await EndAsync(process));
        Assert.Contains("▁Prince", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failure_has_its_exit_code()
    {
        using Process process = Start("inspect", "no-such-model");
        (int exitCode, string error) = await EndAsync(process);
        Assert.Equal(1, exitCode);
        Assert.StartsWith("llamanet: ", error, StringComparison.Ordinal);
        Assert.Single(error.TrimEnd('\n').Split('\n'));
    }

    [Fact]
    public async Task Ctrl_C_between_answers_leaves_the_chat()
    {
        Assert.SkipUnless(
            OperatingSystem.IsLinux(), "Signals are sent with kill, and env undoes that a shell's background jobs ignore them.");
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        using Process process = StartProgram(
            "env", "--default-signal=INT", "dotnet", typeof(CommandLineApp).Assembly.Location, "chat", Repository.DemoModel(),
            "--max-tokens", "4", "--temperature", "0", "--ignore-eos");
        await SendAsync(process, "Hello");
        Assert.NotNull(await process.StandardOutput.ReadLineAsync(cancellation));

        using Process kill = Process.Start("kill", ["-INT", process.Id.ToString(CultureInfo.InvariantCulture)]);
        Assert.Equal((130, "llamanet: cancelled\n"), await EndAsync(process));
    }

    [Fact]
    public async Task SIGTERM_ends_the_program_with_143()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Signals are sent with kill.");
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        using Process process = Start("chat", Repository.DemoModel(), "--max-tokens", "4", "--temperature", "0", "--ignore-eos");
        await SendAsync(process, "Hello");
        Assert.NotNull(await process.StandardOutput.ReadLineAsync(cancellation));

        using Process kill = Process.Start("kill", ["-TERM", process.Id.ToString(CultureInfo.InvariantCulture)]);
        Assert.Equal((143, "llamanet: terminated\n"), await EndAsync(process));
    }

    [Fact]
    public async Task A_minus_writes_logits_to_stdout()
    {
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        using Process process = Start("logits", Repository.DemoModel(), "--prompt", "a", "--out", "-");
        using var bytes = new MemoryStream();
        await process.StandardOutput.BaseStream.CopyToAsync(bytes, cancellation);
        (int exitCode, string error) = await EndAsync(process);
        Assert.Equal(0, exitCode);
        using LlamaModel model = await LlamaModel.LoadAsync(Repository.DemoModel(), cancellationToken: cancellation);
        Assert.Equal(4 * model.Config.VocabularySize, bytes.Length);
        Assert.StartsWith("-: 1 of ", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<&-", "--prompt a", 0, "")]
    [InlineData(">&-", "--prompt a", 1, "llamanet: Operation canceled\n")]
    [InlineData(">/dev/full", "--prompt a", 1, "llamanet: No space left on device\n")]
    [InlineData("2>&-", "--top-k -1", 2, "")]
    public async Task Streams_that_are_closed_or_full_end_no_process_with_a_stack_trace(
        string redirection, string arguments, int exitCode, string expected)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Redirections are the shell's, messages the system's.");
        string command = $"exec dotnet '{typeof(CommandLineApp).Assembly.Location}' generate '{Repository.DemoModel()}' "
            + $"--max-tokens 2 {arguments} {redirection}";
        using Process process = StartProgram("sh", "-c", command);
        Assert.Equal((exitCode, expected), await EndAsync(process));
    }

    [Fact]
    public async Task Nothing_is_written_on_for_a_reader_that_has_gone()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "A broken pipe has an exit code of its own there.");
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        using Process process = Start("chat", Repository.DemoModel(), "--max-tokens", "4", "--temperature", "0", "--ignore-eos");
        await SendAsync(process, "Hello");
        Assert.NotNull(await process.StandardOutput.ReadLineAsync(cancellation));

        process.StandardOutput.Close();
        await SendAsync(process, "Hello");
        Assert.Equal((141, ""), await EndAsync(process));
    }

    // The shell waits for a line until nobody reads what the program will write.
    [Fact]
    public async Task Nothing_is_written_for_a_reader_that_was_gone_before()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "A broken pipe has an exit code of its own there.");
        string command =
            $"read line; exec dotnet '{typeof(CommandLineApp).Assembly.Location}' generate '{Repository.DemoModel()}' --prompt a";
        using Process process = StartProgram("sh", "-c", command);
        process.StandardOutput.Close();
        await SendAsync(process, "go");
        Assert.Equal((141, ""), await EndAsync(process));
    }

    private static async Task SendAsync(Process process, string line)
    {
        await process.StandardInput.WriteLineAsync(line);
        await process.StandardInput.FlushAsync(TestContext.Current.CancellationToken);
    }

    // The exit code, and what was written to stderr.
    private static async Task<(int ExitCode, string Error)> EndAsync(Process process)
    {
        string error = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, error);
    }

    private static Process Start(params string[] arguments) =>
        StartProgram("dotnet", [typeof(CommandLineApp).Assembly.Location, .. arguments]);

    private static Process StartProgram(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = System.Text.Encoding.UTF8,
        };
        foreach (string argument in arguments) start.ArgumentList.Add(argument);
        return Process.Start(start)!;
    }
}
