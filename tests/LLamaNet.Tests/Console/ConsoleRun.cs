using System.Diagnostics;
using System.Text;
using System.Text.Json;
using LLamaNet.Console;
using Xunit;

namespace LLamaNet.Tests.Console;

// One run of `llamanet` inside the test process, with redirected streams.
internal sealed record ConsoleRun(int ExitCode, string Out, string Error)
{
    public static Task<ConsoleRun> OfAsync(params string[] arguments) => WithInputAsync("", arguments);

    public static Task<ConsoleRun> WithInputAsync(string input, params string[] arguments) =>
        WithInputAsync(Encoding.UTF8.GetBytes(input), arguments);

    public static async Task<ConsoleRun> WithInputAsync(byte[] input, params string[] arguments)
    {
        using var interrupts = new Interrupts();
        return await RunAsync(new MemoryStream(input), new StringWriter(), interrupts, arguments);
    }

    // Ctrl-C comes when the first text was written.
    public static async Task<ConsoleRun> InterruptedAsync(string input, params string[] arguments)
    {
        using var interrupts = new Interrupts();
        return await RunAsync(
            new MemoryStream(Encoding.UTF8.GetBytes(input)), new InterruptingWriter(interrupts), interrupts, arguments);
    }

    public static async Task<ConsoleRun> RunAsync(Stream input, TextWriter output, Interrupts interrupts, string[] arguments)
    {
        var error = new StringWriter();
        using Terminal terminal = Terminal.Redirected(input, output, error);
        int exitCode = await CommandLineApp.RunAsync(arguments, terminal, interrupts);
        return new ConsoleRun(exitCode, output.ToString()!, error.ToString());
    }

    // In a process of its own, with a variable of the environment.
    public static async Task<ConsoleRun> OfProcessAsync(string variable, string value, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(CommandLineApp).Assembly.Location, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment[variable] = value;
        using Process process = Process.Start(start)!;
        process.StandardInput.Close();
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        Task<string> error = process.StandardError.ReadToEndAsync(cancellation);
        string output = await process.StandardOutput.ReadToEndAsync(cancellation);
        await process.WaitForExitAsync(cancellation);
        return new ConsoleRun(process.ExitCode, output, await error);
    }

    public ConsoleRun Succeeded()
    {
        Assert.True(ExitCode == 0, $"exit code {ExitCode}: {Error}");
        return this;
    }

    // Failed with this exit code and one clear line; returns the line.
    public string FailedWith(int exitCode)
    {
        Assert.Equal(exitCode, ExitCode);
        Assert.Empty(Out);
        Assert.StartsWith("llamanet: ", Error, StringComparison.Ordinal);
        Assert.Equal(Error.Length - 1, Error.IndexOf('\n', StringComparison.Ordinal));
        Assert.DoesNotContain("internal error", Error, StringComparison.Ordinal);
        return Error.TrimEnd('\n');
    }

    public JsonElement Json() => JsonDocument.Parse(Out).RootElement;

    private sealed class InterruptingWriter(Interrupts interrupts) : StringWriter
    {
        private bool _interrupted;

        public override void Write(string? value)
        {
            base.Write(value);
            if (_interrupted || string.IsNullOrEmpty(value)) return;
            _interrupted = true;
            interrupts.Interrupt();
        }
    }
}
