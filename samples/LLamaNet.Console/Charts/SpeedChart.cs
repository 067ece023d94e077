using LLamaNet.Console.Output;

namespace LLamaNet.Console.Charts;

// Speeds as horizontal bars: a panel for each kind with a scale of its own, in it a group for each model, type and count, in
// that a bar for each series. Everything stands in the order in which it was first read.
internal sealed class SpeedChart
{
    // Pixels. The width of a character is that of a wide one in common fonts: text is never measured.
    private const double Margin = 24;
    private const double TitleHeight = 34;
    private const double PanelHeight = 40;
    private const double LegendHeight = 22;
    private const double BarHeight = 18;
    private const double BarGap = 3;
    private const double GroupGap = 10;
    private const double ColumnGap = 10;
    private const double LongestBar = 420;
    private const double CharacterWidth = 7.4;
    private const double Baseline = 13.5; // of text beside a bar, from the bar's top
    private const int Colors = 6;

    // The dark colors are for pages that are dark: https://www.w3.org/TR/mediaqueries-5/#prefers-color-scheme
    private const string Style = """

        text { font: 13px system-ui, -apple-system, "Segoe UI", "Liberation Sans", sans-serif; fill: #1f2328; }
        .page { fill: #ffffff; }
        .title { font-size: 18px; font-weight: 600; }
        .panel { font-size: 15px; font-weight: 600; }
        .label { text-anchor: end; }
        .value { fill: #59636e; }
        .s0 { fill: #0969da; } .s1 { fill: #bf8700; } .s2 { fill: #1a7f37; }
        .s3 { fill: #8250df; } .s4 { fill: #cf222e; } .s5 { fill: #6e7781; }
        @media (prefers-color-scheme: dark) {
          text { fill: #e6edf3; }
          .page { fill: #0d1117; }
          .value { fill: #9198a1; }
          .s0 { fill: #58a6ff; } .s1 { fill: #d29922; } .s2 { fill: #3fb950; }
          .s3 { fill: #a371f7; } .s4 { fill: #ff7b72; } .s5 { fill: #8b949e; }
        }

        """;

    private readonly string _title;
    private readonly string[] _series;
    private readonly Panel[] _panels;

    public SpeedChart(string title, IReadOnlyList<ChartLine> lines)
    {
        ChartLine[] told = [.. TellDevicesApart(lines)];
        CheckUnique(told);
        _title = title;
        _series = [.. told.Select(line => line.Series).Distinct()];
        _panels =
        [
            .. told.GroupBy(line => line.Kind).Select(kind => new Panel(
                kind.Key, kind.Max(line => line.TokensPerSecond), [.. kind.GroupBy(line => line.Label).Select(InOrderOfSeries)])),
        ];

        Bars InOrderOfSeries(IGrouping<string, ChartLine> group) =>
            new(group.Key, [.. group.OrderBy(line => Array.IndexOf(_series, line.Series))]);
    }

    public int Count => _panels.Sum(panel => panel.Groups.Sum(group => group.Lines.Length));

    public void Write(Stream stream)
    {
        Bars[] groups = [.. _panels.SelectMany(panel => panel.Groups)];
        double labels = CharacterWidth * groups.Max(group => group.Label.Length);
        double values = CharacterWidth * groups.Max(group => group.Lines.Max(line => Value(line).Length));
        double left = Margin + labels + ColumnGap;
        double bodyWidth = left + LongestBar + ColumnGap + values + Margin;
        // The title's characters are larger by a half.
        double width = Math.Max(bodyWidth, 2 * Margin + 1.5 * CharacterWidth * _title.Length);
        double height = 2 * Margin + TitleHeight + _series.Length * LegendHeight + _panels.Sum(HeightOf);

        using var svg = new SvgWriter(stream, Math.Ceiling(width), Math.Ceiling(height), _title, Style);
        svg.Rectangle(0, 0, Math.Ceiling(width), Math.Ceiling(height), "page");
        double y = Margin;
        svg.Text(Margin, y + Baseline, _title, "title");
        y += TitleHeight;
        for (int i = 0; i < _series.Length; i++, y += LegendHeight)
        {
            svg.Rectangle(Margin, y + (BarHeight - Baseline) / 2, Baseline, Baseline, $"key {Color(i)}");
            svg.Text(Margin + BarHeight + BarGap, y + Baseline, _series[i], "series");
        }

        foreach (Panel panel in _panels) y = Draw(svg, panel, y, left);
    }

    private double Draw(SvgWriter svg, Panel panel, double y, double left)
    {
        svg.Text(Margin, y + PanelHeight / 2 + BarGap, $"{Heading(panel.Kind)}, tokens/s", "panel");
        y += PanelHeight;
        foreach (Bars group in panel.Groups)
        {
            double labelTop = y + (HeightOf(group) - GroupGap - BarHeight) / 2;
            svg.Text(left - ColumnGap, labelTop + Baseline, group.Label, "label");
            foreach (ChartLine line in group.Lines)
            {
                double length = LongestBar * line.TokensPerSecond / panel.Fastest;
                svg.Rectangle(left, y, length, BarHeight, $"bar {Color(Array.IndexOf(_series, line.Series))}");
                svg.Text(left + length + ColumnGap, y + Baseline, Value(line), "value");
                y += BarHeight + BarGap;
            }

            y += GroupGap - BarGap;
        }

        return y;
    }

    private static double HeightOf(Panel panel) => PanelHeight + panel.Groups.Sum(HeightOf);

    private static double HeightOf(Bars group) => group.Lines.Length * (BarHeight + BarGap) - BarGap + GroupGap;

    private static string Color(int series) => Quantities.Invariant($"s{series % Colors}");

    private static string Heading(string kind) => char.ToUpperInvariant(kind[0]) + kind[1..];

    private static string Value(ChartLine line)
    {
        string speed = Quantities.TokensPerSecond(line.TokensPerSecond), share = Quantities.Share(line.Share, line.Ceiling);
        return share.Length == 0 ? speed : $"{speed} ({share})";
    }

    // A program that was measured on several devices is several series, if the same thing was measured on them.
    private static IEnumerable<ChartLine> TellDevicesApart(IReadOnlyList<ChartLine> lines)
    {
        HashSet<string> several =
        [
            .. lines.GroupBy(Place)
                .Where(same => same.Select(line => line.Device).Distinct().Count() > 1)
                .Select(same => same.Key.Series),
        ];
        return lines.Select(line => several.Contains(line.Series) && line.Device is { } device && device != line.Series
            ? line with { Series = $"{line.Series}, {device}" }
            : line);
    }

    private static void CheckUnique(ChartLine[] lines)
    {
        ChartLine[]? twice = lines.GroupBy(Place).FirstOrDefault(same => same.Count() > 1)?.ToArray();
        if (twice is not [ChartLine first, ChartLine second, ..]) return;
        throw new CommandException(
            $"{second.File}: {second.Place}: expected one speed for {second.Kind}, {second.Label} of {second.Series}, "
            + $"found another in {first.File}: {first.Place}");
    }

    private static (string Series, string Kind, string Label) Place(ChartLine line) => (line.Series, line.Kind, line.Label);

    private sealed record Panel(string Kind, double Fastest, Bars[] Groups);

    private sealed record Bars(string Label, ChartLine[] Lines);
}
