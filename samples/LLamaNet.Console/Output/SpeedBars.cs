using LLamaNet.Console.Measurement;
using Spectre.Console;

namespace LLamaNet.Console.Output;

// A bar for each measured speed: the share of the ceiling that binds, colored by which one that is; where no ceiling is
// known, tokens a second beside the fastest line.
internal sealed class SpeedBars(IReadOnlyList<BenchLine> lines)
{
    private const int MaxCells = 50;
    private const int MinCells = 10;

    // Eighths of a cell.
    private const string Parts = " ▏▎▍▌▋▊▉█";

    private static readonly Style s_track = new(Color.Grey);

    public void Write(IAnsiConsole console)
    {
        (string Label, string Value)[] texts = [.. lines.Select(line => (Label(line), Value(line)))];
        int labels = texts.Max(text => text.Label.Length), values = texts.Max(text => text.Value.Length);
        // A terminal wraps a line that fills it.
        int cells = Math.Min(MaxCells, console.Profile.Width - labels - values - 5);
        if (cells < MinCells) return;

        double fastest = lines.Max(line => line.TokensPerSecond);
        console.WriteLine();
        foreach ((BenchLine line, (string label, string value)) in lines.Zip(texts))
        {
            string bar = Bar(line.Share ?? line.TokensPerSecond / fastest, cells);
            console.Write(new Text(label.PadRight(labels) + "  "));
            console.Write(new Text(bar, new Style(ColorOf(line))));
            console.Write(new Text(new string('·', cells - bar.Length), s_track));
            console.Write(new Text($"  {value}"));
            console.WriteLine();
        }
    }

    // A share above 1 fills the bar: what was measured as the ceiling was not.
    public static string Bar(double share, int cells)
    {
        int eighths = (int)Math.Round(Math.Clamp(share, 0, 1) * cells * 8);
        string whole = new(Parts[8], eighths / 8);
        return eighths % 8 == 0 ? whole : whole + Parts[eighths % 8];
    }

    private static string Label(BenchLine line) =>
        Quantities.Invariant(
            $"{line.Kind} {line.Model} {line.Type} {line.Tokens} tokens{Quantities.After(line.ContextTokens)} {line.Threads}T");

    private static string Value(BenchLine line)
    {
        string speed = $"{Quantities.TokensPerSecond(line.TokensPerSecond)} tokens/s",
            share = Quantities.Share(line.Share, line.Ceiling);
        return share.Length == 0 ? speed : $"{speed}, {share}";
    }

    private static Color ColorOf(BenchLine line) => line.Ceiling switch
    {
        null => Color.Grey,
        BenchLine.Reads => Color.DodgerBlue1,
        _ => Color.Green3,
    };
}
