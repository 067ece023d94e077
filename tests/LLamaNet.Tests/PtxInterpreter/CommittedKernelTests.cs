using LLamaNet.PtxInterpreter;
using Xunit;

namespace LLamaNet.Tests.PtxInterpreter;

// What ships must be what the interpreter knows.
public sealed class CommittedKernelTests
{
    public static TheoryData<string> Files =>
        [.. Directory.GetFiles(Repository.Path("kernels/ptx"), "*.ptx").Select(path => Path.GetFileName(path)).Order()];

    [Theory]
    [MemberData(nameof(Files))]
    public void Every_committed_file_is_understood(string file)
    {
        var module = PtxModule.Parse(File.ReadAllText(Repository.Path("kernels/ptx/" + file)));
        Assert.NotEmpty(module.Kernels);
        Assert.All(module.Kernels.Values, kernel => Assert.InRange(kernel.MaxThreads, 32, 1024));
    }
}
