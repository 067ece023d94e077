using System.Text.RegularExpressions;
using Xunit;

namespace LLamaNet.Tests.Readme;

// Replaces what a process has once, the current folder and stdout; so nothing else may run meanwhile.
[CollectionDefinition(nameof(ReadmeTests), DisableParallelization = true)]
[Collection(nameof(ReadmeTests))]
public partial class ReadmeTests
{
    [Fact]
    public void Every_program_in_the_readme_is_one_that_runs_here()
    {
        string[] blocks = [.. Block().Matches(File.ReadAllText(Repository.Path("README.md"))).Select(match => match.Groups[1].Value)];
        Assert.Equal([$"using LLamaNet;\n\n{Snippet("FirstAnswer.cs")}"], blocks);
    }

    [Fact]
    public async Task The_first_program_prints_an_answer()
    {
        Repository.DemoModel();
        string folder = Environment.CurrentDirectory;
        TextWriter stdout = Console.Out;
        var output = new StringWriter();
        try
        {
            Environment.CurrentDirectory = Repository.Root;
            Console.SetOut(output);
            await FirstAnswer.RunAsync();
        }
        finally
        {
            Console.SetOut(stdout);
            Environment.CurrentDirectory = folder;
        }

        Assert.Matches(@"^6 layers on [^\n]+\n(?s:.{50,})\n\(\d+ tokens in \d+\.\d\d s, (MaxOutputTokens|EndToken)\)\n$", output.ToString());
    }

    // The lines between the markers, moved to the left margin.
    private static string Snippet(string file)
    {
        string source = File.ReadAllText(Repository.Path($"tests/LLamaNet.Tests/Readme/{file}"));
        string[] lines = Marked().Match(source).Groups[1].Value.TrimEnd().Split('\n');
        int margin = lines.Where(line => line.Length > 0).Min(line => line.Length - line.TrimStart().Length);
        return string.Concat(lines.Select(line => (line.Length > 0 ? line[margin..] : line) + "\n"));
    }

    [GeneratedRegex(@"```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Block();

    [GeneratedRegex(@"// <snippet [\w-]+>\n(.*?)// </snippet>", RegexOptions.Singleline)]
    private static partial Regex Marked();
}
