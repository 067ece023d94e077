using System.Text.RegularExpressions;
using Xunit;

namespace LLamaNet.Tests;

// Who may use whom, read off the `using` lines of the library's sources. The root namespace is open to all.
public partial class ArchitectureTests
{
    private static readonly Dictionary<string, string[]> s_allowed = new()
    {
        ["Tensors"] = [],
        ["Architectures"] = ["Tensors"],
        ["StrictJson"] = [],
        ["Tokenization"] = ["StrictJson"],
        ["Backends"] = ["Tensors"],
        ["Backends.Cpu"] = ["Backends", "Tensors"],
        ["Backends.Cuda"] = ["Backends", "Tensors"],
        ["Backends.Tracing"] = ["Backends", "Tensors"],
        // A container knows where its tokenizer lies, and what it reads of it is a vocabulary.
        ["Checkpoints"] = ["Architectures", "StrictJson", "Tensors", "Tokenization"],
        ["Models"] = ["Architectures", "Backends", "Tensors"],
        // The decoding loop fills the batch, which the operations of a device read.
        ["Engine"] = ["Sampling", "Models", "Tokenization", "Backends"],
        ["Sampling"] = [],
        ["Loading"] =

            [
                "Models", "Checkpoints", "Architectures", "Backends", "Backends.Cpu", "Backends.Cuda", "Backends.Tracing",
                "Tensors",
            ],
    };

    [Fact]
    public void Folders_use_only_what_they_may()
    {
        string root = Repository.Path("src/LLamaNet");
        var wrong = new List<string>();
        foreach (string file in Directory.EnumerateFiles(root, "*.cs", SearchOption.AllDirectories))
        {
            string folder = Path.GetDirectoryName(Path.GetRelativePath(root, file))!.Replace(Path.DirectorySeparatorChar, '.');
            if (folder.Length == 0) continue;
            string part = PartOf(folder);
            Assert.True(s_allowed.ContainsKey(part), $"{file}: no rule for the folder {part}");
            foreach (Match line in UsingLine().Matches(File.ReadAllText(file)))
            {
                string used = PartOf(line.Groups["name"].Value);
                if (used != part && !s_allowed[part].Contains(used)) wrong.Add($"{Path.GetRelativePath(root, file)} uses {used}");
            }
        }

        Assert.Empty(wrong);
    }

    // Program.cs may hold top-level statements, which have no namespace.
    [Theory]
    [InlineData("src")]
    [InlineData("samples")]
    [InlineData("tests")]
    public void Namespaces_follow_folders(string top)
    {
        string root = Repository.Path(top);
        var wrong = new List<string>();
        foreach (string file in Directory.EnumerateFiles(root, "*.cs", SearchOption.AllDirectories))
        {
            string path = Path.GetRelativePath(root, file);
            string folder = Path.GetDirectoryName(path)!.Replace(Path.DirectorySeparatorChar, '.');
            Match line = NamespaceLine().Match(File.ReadAllText(file));
            bool isGood = line.Success ? line.Groups["name"].Value == folder : Path.GetFileName(file) == "Program.cs";
            if (!isGood) wrong.Add($"{path}: {line.Value}");
        }

        Assert.Empty(wrong);
    }

    [Fact]
    public void Only_the_root_namespace_is_public()
    {
        foreach (Type type in typeof(LlamaModel).Assembly.GetTypes().Where(type => type.IsPublic && type.Namespace is not null))
            Assert.Equal("LLamaNet", type.Namespace);
    }

    [Fact]
    public void The_forward_pass_is_short()
    {
        string file = Repository.Path("src/LLamaNet/Models/Transformer.cs");
        Assert.InRange(File.ReadAllLines(file).Length, 1, 200);
    }

    // "Backends.Cpu.Simd" belongs to Backends.Cpu, "Checkpoints.Gguf" to Checkpoints.
    private static string PartOf(string folder)
    {
        string[] names = folder.Split('.');
        return names[0] == "Backends" && names.Length > 1 ? $"Backends.{names[1]}" : names[0];
    }

    [GeneratedRegex(@"^using (static )?LLamaNet\.(?<name>[A-Za-z.]+);", RegexOptions.Multiline)]
    private static partial Regex UsingLine();

    [GeneratedRegex(@"^namespace (?<name>[\w.]+);", RegexOptions.Multiline)]
    private static partial Regex NamespaceLine();
}
