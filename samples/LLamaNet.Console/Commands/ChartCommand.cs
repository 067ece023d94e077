using System.CommandLine;
using LLamaNet.Console.Charts;
using LLamaNet.Console.Output;

namespace LLamaNet.Console.Commands;

internal sealed class ChartCommand : Command
{
    private readonly Terminal _terminal;
    private readonly Argument<string[]> _files = new("FILE")
    {
        Description =
            "What bench --json wrote, or figures of another program in that form: a JSON array of objects with kind, model, "
            + "type, tokens, threads, tokensPerSecond, name or device, and if known share (1 is the ceiling) and ceiling (its "
            + "name); - reads stdin",
        Arity = ArgumentArity.OneOrMore,
    };

    private readonly Option<string> _out = new("--out")
    {
        Description = "The SVG file to write; replaced when it exists; - writes to stdout",
        HelpName = "FILE",
        Required = true,
    };

    private readonly Option<string> _title = new("--title")
    {
        Description = "The line above the chart",
        HelpName = "TEXT",
        DefaultValueFactory = _ => "Tokens per second",
    };

    public ChartCommand(Terminal terminal)
        : base("chart", "Draw measured speeds as a bar chart: an SVG file.")
    {
        _terminal = terminal;
        Add(_files);
        Add(_out);
        Add(_title);
        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        string[] files = parsed.GetRequiredValue(_files);
        string destination = parsed.GetRequiredValue(_out);
        Destination.Check(destination);
        if (destination != "-" && files.Any(file => Path.GetFullPath(file) == Path.GetFullPath(destination)))
            throw new CommandException($"{destination}: is one of the files to read");

        var lines = new List<ChartLine>();
        foreach (string file in files)
        {
            string json = await new InputText(_terminal, file).ReadAsync(cancellationToken);
            lines.AddRange(new SpeedFile(file).Read(json));
        }

        var chart = new SpeedChart(parsed.GetRequiredValue(_title), lines);
        await AtomicFile.WriteAsync(_terminal, destination, stream =>
        {
            chart.Write(stream);
            return Task.CompletedTask;
        });
        _terminal.Error.WriteLine($"{destination}: {(chart.Count == 1 ? "1 bar" : Quantities.Invariant($"{chart.Count} bars"))}");
        return 0;
    }
}
