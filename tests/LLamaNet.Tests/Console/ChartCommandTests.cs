using System.Globalization;
using System.Xml.Linq;
using Xunit;

namespace LLamaNet.Tests.Console;

public sealed class ChartCommandTests : IDisposable
{
    private static readonly XNamespace s_svg = "http://www.w3.org/2000/svg";
    private static readonly string s_bench = Repository.Path("tests/LLamaNet.Tests/Console/Speeds/bench.json");
    private static readonly string s_other = Repository.Path("tests/LLamaNet.Tests/Console/Speeds/other.json");

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("llamanet-tests-");

    public void Dispose() => _folder.Delete(recursive: true);

    private string Out => Path.Combine(_folder.FullName, "speed.svg");

    [Fact]
    public async Task Every_speed_is_a_bar_as_long_as_its_share_of_the_fastest_of_its_kind()
    {
        ConsoleRun run = (await ConsoleRun.OfAsync("chart", s_bench, s_other, "--out", Out)).Succeeded();
        Assert.Empty(run.Out);
        Assert.Equal($"{Out}: 5 bars", run.Error.TrimEnd());
        Assert.Equal([Out], Directory.GetFiles(_folder.FullName));

        XElement svg = XDocument.Load(Out).Root!;
        XElement[] bars = [.. Looks(svg, "rect", "bar")];
        double longest = Length(bars[0], "width");
        double[] expected = [longest, longest, longest * 7.5 / 30, longest * 5.25 / 30, longest * 0.5 / 30];
        for (int i = 0; i < bars.Length; i++) Assert.Equal(expected[i], Length(bars[i], "width"), tolerance: 0.005);
        Assert.Equal(expected.Length, bars.Length);
        Assert.Equal(["bar s0", "bar s0", "bar s0", "bar s1", "bar s1"], bars.Select(bar => bar.Attribute("class")!.Value));

        // One below the other, on one line on the left, and within the picture.
        for (int i = 1; i < bars.Length; i++)
            Assert.True(Length(bars[i], "y") >= Length(bars[i - 1], "y") + Length(bars[i - 1], "height"));
        Assert.Single(bars.Select(bar => Length(bar, "x")).Distinct());
        Assert.All(svg.Elements(s_svg + "text"), text =>
        {
            Assert.InRange(Length(text, "x"), 0, Length(svg, "width"));
            Assert.InRange(Length(text, "y"), 0, Length(svg, "height"));
        });
    }

    [Fact]
    public async Task Texts_tell_kinds_models_speeds_and_shares_and_names_are_escaped()
    {
        (await ConsoleRun.OfAsync("chart", s_bench, s_other, "--out", Out, "--title", "a < b & \"c\" \u0001")).Succeeded();
        XElement svg = XDocument.Load(Out).Root!;
        Assert.Equal("a < b & \"c\" \uFFFD", svg.Element(s_svg + "title")!.Value);
        Assert.Equal(["a < b & \"c\" \uFFFD"], Texts(svg, "title"));
        Assert.Equal(["LLamaNet", "Another program"], Texts(svg, "series"));
        Assert.Equal(["key s0", "key s1"], Looks(svg, "rect", "key").Select(key => key.Attribute("class")!.Value));
        Assert.Equal(["Prefill, tokens/s", "Decode, tokens/s"], Texts(svg, "panel"));
        Assert.Equal(
            [
                "tiny <1> & \"co\" Q4_0, 128 tokens, 2 threads", "tiny <1> & \"co\" Q4_0, 32 tokens, 2 threads",
                "large F16, 32 tokens, 1 thread", "huge F16, 32 tokens, 1 thread",
            ],
            Texts(svg, "label"));
        Assert.Equal(["400 (50% of int8)", "30.0 (94% of reads)", "7.50", "5.25", "0.50"], Texts(svg, "value"));
        Assert.Contains("prefers-color-scheme: dark", svg.Element(s_svg + "style")!.Value, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_bench_writes_can_be_drawn()
    {
        ConsoleRun bench = (await ConsoleRun.OfAsync(
            "bench", Repository.DemoModel(), "--prompt-tokens", "4", "--generate-tokens", "0", "--threads", "1", "--repetitions",
            "1",
            "--json")).Succeeded();
        (await ConsoleRun.WithInputAsync(bench.Out, "chart", "-", "--out", Out)).Succeeded();
        XElement svg = XDocument.Load(Out).Root!;
        Assert.Equal(["demo-q8_0.gguf Q8_0, 4 tokens, 1 thread"], Texts(svg, "label"));
        Assert.Equal(["LLamaNet"], Texts(svg, "series"));
        Assert.Matches(@"^\d+(\.\d+)? \(\d+% of (int8|reads)\)$", Texts(svg, "value").Single());
    }

    [Fact]
    public async Task Devices_tell_series_of_one_program_apart()
    {
        string second = Path.Combine(_folder.FullName, "second.json");
        string first = await File.ReadAllTextAsync(s_bench, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(
            second, first.Replace("Device A", "Device B", StringComparison.Ordinal), TestContext.Current.CancellationToken);
        (await ConsoleRun.OfAsync("chart", s_bench, second, "--out", Out)).Succeeded();
        XElement svg = XDocument.Load(Out).Root!;
        Assert.Equal(["LLamaNet, Device A", "LLamaNet, Device B"], Texts(svg, "series"));
        Assert.Equal(3, Texts(svg, "label").Count());
        Assert.Equal(6, Looks(svg, "rect", "bar").Count());
    }

    [Fact]
    public async Task The_same_speed_twice_is_refused()
    {
        string error = (await ConsoleRun.OfAsync("chart", s_bench, s_bench, "--out", Out)).FailedWith(1);
        Assert.Contains($"{s_bench}: [0]: expected one speed for prefill, tiny", error, StringComparison.Ordinal);
        Assert.Contains($"found another in {s_bench}: [0]", error, StringComparison.Ordinal);
        Assert.Empty(_folder.GetFiles());
    }

    [Theory]
    [InlineData("", "-: line 1, byte 1: expected JSON, found: ")]
    [InlineData("[\n{\"kind\": nope}]", "-: line 2, byte 11: expected JSON, found: ")]
    [InlineData("{}", "-: JSON: expected an array of one object or more, found {}")]
    [InlineData("[]", "-: JSON: expected an array of one object or more, found []")]
    [InlineData("[7]", "-: [0]: expected an object, found 7")]
    [InlineData("[{\"kind\": \"a\"}]", "-: [0]: expected name or device, found neither")]
    [InlineData("[{\"name\": 3}]", "-: [0].name: expected a string that is not empty, found 3")]
    [InlineData("[{\"name\": \"p\"}]", "-: [0].kind: expected a string that is not empty, found nothing")]
    [InlineData("[{LINE, \"contextTokens\": -1}]", "-: [0].contextTokens: expected a whole number above -1, found -1")]
    [InlineData("[{LINE, \"tokens\": 1.5}]", "-: [0].tokens: expected a whole number above 0, found 1.5")]
    [InlineData("[{LINE, \"tokens\": 1, \"threads\": 0}]", "-: [0].threads: expected a whole number above 0, found 0")]
    [InlineData("[{LINE, COUNTS, \"tokensPerSecond\": 1e999}]", "-: [0].tokensPerSecond: expected a number above 0, found 1e999")]
    [InlineData(
        "[{LINE, COUNTS, \"tokensPerSecond\": 2, \"share\": \"0.5\"}]",
        "-: [0].share: expected a number from 0 on, found \"0.5\"")]
    public async Task A_bad_file_is_one_line_that_names_the_place_and_nothing_is_written(string json, string expected)
    {
        json = json
            .Replace(
                "LINE", "\"name\": \"p\", \"kind\": \"decode\", \"model\": \"m\", \"type\": \"F16\"", StringComparison.Ordinal)
            .Replace("COUNTS", "\"tokens\": 1, \"threads\": 1", StringComparison.Ordinal);
        await File.WriteAllTextAsync(Out, "as it was", TestContext.Current.CancellationToken);
        string error = (await ConsoleRun.WithInputAsync(json, "chart", "-", "--out", Out)).FailedWith(1);
        Assert.Contains(expected, error, StringComparison.Ordinal);
        Assert.Equal("as it was", await File.ReadAllTextAsync(Out, TestContext.Current.CancellationToken));
        Assert.Equal([Out], Directory.GetFiles(_folder.FullName));
    }

    [Fact]
    public async Task A_missing_file_and_a_destination_that_is_a_source_are_refused()
    {
        string missing = Path.Combine(_folder.FullName, "missing.json");
        Assert.Contains(
            missing, (await ConsoleRun.OfAsync("chart", missing, "--out", Out)).FailedWith(1), StringComparison.Ordinal);
        string error = (await ConsoleRun.OfAsync("chart", s_bench, "--out", s_bench)).FailedWith(1);
        Assert.Contains("is one of the files to read", error, StringComparison.Ordinal);
    }

    private static IEnumerable<XElement> Looks(XElement svg, string element, string look) =>
        svg.Elements(s_svg + element).Where(shape => shape.Attribute("class")!.Value.Split(' ')[0] == look);

    private static IEnumerable<string> Texts(XElement svg, string look) => Looks(svg, "text", look).Select(text => text.Value);

    private static double Length(XElement element, string attribute) =>
        double.Parse(element.Attribute(attribute)!.Value, CultureInfo.InvariantCulture);
}
