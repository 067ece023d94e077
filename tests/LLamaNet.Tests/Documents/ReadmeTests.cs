using System.Diagnostics;
using System.Text.RegularExpressions;
using Xunit;

namespace LLamaNet.Tests.Documents;

public partial class ReadmeTests
{
    [Fact]
    public void The_program_in_the_readme_is_the_sample_HelloLlama()
    {
        string[] blocks =
            [.. Block().Matches(File.ReadAllText(Repository.Path("README.md"))).Select(match => match.Groups[1].Value)];
        Assert.Equal([File.ReadAllText(Repository.Path("samples/HelloLlama/Program.cs"))], blocks);
    }

    [Fact]
    public async Task The_sample_HelloLlama_prints_an_answer()
    {
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        string build = Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));
        string program = Repository.Path($"artifacts/bin/HelloLlama/{build}/HelloLlama.dll");
        using Process process = Process.Start(new ProcessStartInfo("dotnet", [program])
        {
            WorkingDirectory = Repository.Root,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        Task<string> error = process.StandardError.ReadToEndAsync(cancellation);
        string output = await process.StandardOutput.ReadToEndAsync(cancellation);
        await process.WaitForExitAsync(cancellation);
        Assert.Equal((0, ""), (process.ExitCode, await error));
        Assert.Matches(@"^6 layers on [^\n]+\n(?s:.{50,})\n\(\d+ tokens in \d+\.\d\d s, (MaxOutputTokens|EndToken)\)\n$", output);
    }

    [GeneratedRegex(@"```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Block();
}
