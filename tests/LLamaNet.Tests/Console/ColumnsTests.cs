using LLamaNet.Console;
using LLamaNet.Console.Output;
using Xunit;

namespace LLamaNet.Tests.Console;

public class ColumnsTests
{
    [Fact]
    public void Columns_are_aligned_when_nobody_looks()
    {
        var output = new StringWriter();
        using Terminal terminal = Terminal.Redirected(Stream.Null, output, TextWriter.Null);
        var columns = new Columns("name", "bytes>");
        columns.Add("a", "12345");
        columns.Add("longer", "1");
        columns.Write(terminal);
        Assert.Equal("name    bytes\na       12345\nlonger      1\n", output.ToString().ReplaceLineEndings("\n"));
    }

    [Theory]
    [InlineData(0, "0 bytes")]
    [InlineData(1023, "1023 bytes")]
    [InlineData(1536, "1.5 KiB")]
    [InlineData(3.5 * 1024 * 1024 * 1024, "3.5 GiB")]
    public void Bytes_are_told_in_the_unit_that_fits(double bytes, string expected) =>
        Assert.Equal(expected, Quantities.Bytes(bytes));
}
