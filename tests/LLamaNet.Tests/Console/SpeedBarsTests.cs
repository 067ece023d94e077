using LLamaNet.Console.Measurement;
using LLamaNet.Console.Output;
using Spectre.Console;
using Xunit;

namespace LLamaNet.Tests.Console;

public class SpeedBarsTests
{
    private static readonly BenchLine[] s_lines =
    [
        new("prefill", "7B", "Q4_0", 0, 128, 2, "CPU", 80, 1e9, 0, 1e12, new MachineCeilings(40e9, 2e12, 0.5e12)),
        new("decode", "7B", "F16", 4096, 32, 2, "CPU", 3, 36e9, 3e9, 4e10, new MachineCeilings(40e9, 2e12, 0.5e12)),
    ];

    [Theory]
    [InlineData(0, "")]
    [InlineData(1, "████")]
    [InlineData(1.5, "████")]
    [InlineData(0.5, "██")]
    [InlineData(0.53125, "██▏")]
    [InlineData(0.46875, "█▉")]
    [InlineData(0.97, "███▉")]
    public void A_bar_is_drawn_in_eighths_of_a_cell(double share, string expected) =>
        Assert.Equal(expected, SpeedBars.Bar(share, 4));

    [Fact]
    public void Every_line_has_a_bar_of_the_ceiling_that_binds()
    {
        string[] lines = Draw(s_lines, width: 88);
        Assert.Equal("", lines[0]);
        Assert.Matches(@"^prefill 7B Q4_0 128 tokens 2T          █{8,}[▏▎▍▌▋▊▉]?·{8,}  80\.0 tokens/s, 50% of int8$", lines[1]);
        Assert.Matches(@"^decode 7B F16 32 tokens after 4096 2T  █{16,}[▏▎▍▌▋▊▉]?·?  3\.00 tokens/s, 98% of reads$", lines[2]);
        Assert.Equal([""], lines[3..]);
    }

    [Fact]
    public void Without_ceilings_bars_are_speeds_beside_the_fastest()
    {
        string[] lines = Draw([.. s_lines.Select(line => line with { Ceilings = null })], width: 120);
        Assert.Contains(new string('█', 50), lines[1], StringComparison.Ordinal);
        Assert.EndsWith("  80.0 tokens/s", lines[1], StringComparison.Ordinal);
        Assert.Contains(" █▉·", lines[2], StringComparison.Ordinal);
    }

    [Fact]
    public void Where_there_is_no_room_nothing_is_drawn() => Assert.Equal([""], Draw(s_lines, width: 60));

    private static string[] Draw(BenchLine[] lines, int width)
    {
        var output = new StringWriter();
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.No,
            ColorSystem = ColorSystemSupport.NoColors,
            Out = new AnsiConsoleOutput(output),
        });
        console.Profile.Width = width;
        new SpeedBars(lines).Write(console);
        return output.ToString().ReplaceLineEndings("\n").Split('\n');
    }
}
