using LLamaNet.Backends.Cuda;
using Xunit;

namespace LLamaNet.Tests.Backends.Cuda;

// kernels/instances, the sources, the committed PTX and the modules inside the library say the same.
public sealed class KernelLibraryTests
{
    private static readonly (string Source, string Module)[] s_instances = [.. Instances()];

    public static TheoryData<string> Modules => [.. s_instances.Select(instance => instance.Module)];

    [Theory]
    [MemberData(nameof(Modules))]
    public void A_module_in_the_library_is_the_committed_text(string module) =>
        Assert.Equal(File.ReadAllBytes(Repository.Path($"kernels/ptx/{module}.ptx")), KernelLibrary.ReadPtx(module));

    [Fact]
    public void The_library_holds_what_the_manifest_lists() =>
        Assert.Equal(s_instances.Select(instance => instance.Module).Order(StringComparer.Ordinal), KernelLibrary.Modules);

    [Fact]
    public void The_manifest_names_every_source() => Assert.Equal(
        FileNames("kernels", "*.cu"), s_instances.Select(instance => instance.Source).Distinct().Order(StringComparer.Ordinal));

    [Fact]
    public void Every_committed_module_has_a_source() => Assert.Equal(FileNames("kernels/ptx", "*.ptx"), KernelLibrary.Modules);

    // As kernels/build.sh reads it.
    private static IEnumerable<(string Source, string Module)> Instances()
    {
        var sets = new Dictionary<string, string[]>();
        foreach (string line in File.ReadLines(Repository.Path("kernels/instances")))
        {
            string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words is [] or [['#', ..], ..]) continue;
            if (words is [string set, "=", .. string[] members])
            {
                sets.Add(set, members);
                continue;
            }

            string[] instances = [.. words[3..].SelectMany(word => sets.GetValueOrDefault(word, [word]))];
            Assert.Equal(instances.Length > 0, words[1].Contains('*', StringComparison.Ordinal));
            if (instances.Length == 0) yield return (words[0], $"{words[1]}.{words[2]}");
            foreach (string instance in instances)
                yield return (words[0], $"{words[1].Replace("*", instance, StringComparison.Ordinal)}.{words[2]}");
        }
    }

    private static IEnumerable<string> FileNames(string folder, string pattern) => Directory
        .GetFiles(Repository.Path(folder), pattern)
        .Select(path => Path.GetFileNameWithoutExtension(path)!)
        .Order(StringComparer.Ordinal);
}
