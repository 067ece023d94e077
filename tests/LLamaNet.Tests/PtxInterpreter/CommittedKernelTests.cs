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

    [Fact]
    public void Registers_have_no_names_of_instructions()
    {
        const string Text =
            ".version 7.4\n.target sm_80\n.address_size 64\n.visible .entry kernel()\n{\n.reg .pred add;\nret;\n}\n";
        var exception = Assert.Throws<PtxParseException>(() => PtxModule.Parse(Text));
        Assert.Equal(6, exception.Line);
    }
}
