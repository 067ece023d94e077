using System.IO.Enumeration;
using System.Text.RegularExpressions;
using Xunit;

namespace LLamaNet.Tests.Documents;

// What the documents name is in the repository: files and folders by their paths, types and members by their names.
public partial class DocumentTests
{
    // Where a path may start besides the root and the document's own folder.
    private static readonly string[] s_starts = ["", "src/LLamaNet", "tests/LLamaNet.Tests", "kernels"];

    private static readonly string[] s_folders = ["src", "tests", "samples", "kernels", "docs", ".ci"];

    private static readonly string[] s_files = [.. s_folders
        .SelectMany(folder => Directory.EnumerateFiles(Repository.Path(folder), "*", SearchOption.AllDirectories))
        .Concat(Directory.EnumerateFiles(Repository.Root))
        .Select(file => Path.GetRelativePath(Repository.Root, file).Replace('\\', '/'))];

    private static readonly HashSet<string> s_words = [.. s_files
        .Where(file => Path.GetExtension(file) is ".cs" or ".cu" or ".cuh" or ".sh" or ".csproj")
        .SelectMany(file => Word().Matches(File.ReadAllText(Repository.Path(file))).Select(match => match.Value))];

    // A changelog tells of what was, and so do decisions.
    public static TheoryData<string> Documents() => [.. s_files.Where(file =>
        file.EndsWith(".md", StringComparison.Ordinal) && file != "CHANGELOG.md"
            && !file.StartsWith("docs/decisions/", StringComparison.Ordinal))];

    [Theory]
    [MemberData(nameof(Documents))]
    public void Every_path_exists(string document)
    {
        string text = Block().Replace(File.ReadAllText(Repository.Path(document)), "");
        string own = Path.GetDirectoryName(document)!;
        IEnumerable<string> links = Link().Matches(text).Select(match => match.Groups[1].Value.Split('#')[0])
            .Where(link => link.Length > 0 && !link.Contains("://", StringComparison.Ordinal) && !Exists(own, link));
        IEnumerable<string> codes = Code().Matches(text).Select(match => match.Groups[1].Value)
            .Where(code => IsPath(code) && !s_starts.Append(own).Any(start => Exists(start, code)));
        Assert.Empty(links.Concat(codes));
    }

    [Theory]
    [MemberData(nameof(Documents))]
    public void Every_name_is_in_the_sources(string document)
    {
        string text = File.ReadAllText(Repository.Path(document));
        HashSet<string> own =
            [.. Block().Matches(text).SelectMany(block => Word().Matches(block.Value)).Select(match => match.Value)];
        IEnumerable<string> names = Code().Matches(Block().Replace(text, "")).Select(match => match.Groups[1].Value)
            .Where(code => Name().IsMatch(code)).SelectMany(code => code.Split('.'));
        Assert.DoesNotContain(names, name => !s_words.Contains(name) && !own.Contains(name));
    }

    // A path of this repository: what lies beside it or is built is none, nor is what stands in a folder of the reader.
    private static bool IsPath(string code) =>
        FileName().IsMatch(code) || (PathLike().IsMatch(code) && !code.StartsWith("artifacts/", StringComparison.Ordinal));

    // A file name alone may be anywhere.
    private static bool Exists(string folder, string path)
    {
        string pattern = Placeholder().Replace(path, "*");
        if (FileName().IsMatch(path)) return s_files.Any(file => Matches(pattern, Path.GetFileName(file)));
        string whole = Path.GetRelativePath(Repository.Root, Path.GetFullPath(pattern, Repository.Path(folder)))
            .Replace('\\', '/').TrimEnd('/');
        return s_files.Any(file => Matches(whole, file) || Matches($"{whole}/*", file));
    }

    private static bool Matches(string pattern, string text) =>
        FileSystemName.MatchesSimpleExpression(pattern, text, ignoreCase: false);

    [GeneratedRegex(@"^```.*?^```", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Block();

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex("`([^`\n]+)`")]
    private static partial Regex Code();

    // src/LLamaNet/Models, Backends/Backend.cs, kernels/ptx/gemv_FORMAT*.ptx; not FOLDER/run.sh
    [GeneratedRegex(@"^(?![A-Z]+/)\.?[A-Za-z][\w.*-]*(/[\w.*-]+)+/?$")]
    private static partial Regex PathLike();

    [GeneratedRegex(@"^[\w*-]+\.(cs|cu|cuh|sh|md|csproj|sln)$")]
    private static partial Regex FileName();

    // In place of a name that the reader chooses.
    [GeneratedRegex("NAME|FORMAT")]
    private static partial Regex Placeholder();

    // WeightFormat, Backend.MatMul, s_all, IsQuantized: two humps at least, so that words of English are free.
    [GeneratedRegex(@"^(?=.*[a-z0-9][A-Z])[A-Z][A-Za-z0-9]*(\.[A-Z][A-Za-z0-9]*)*$")]
    private static partial Regex Name();

    [GeneratedRegex("[A-Za-z_][A-Za-z0-9_]*")]
    private static partial Regex Word();
}
