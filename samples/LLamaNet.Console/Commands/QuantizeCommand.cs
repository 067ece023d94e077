using System.CommandLine;
using LLamaNet.Console.Options;
using LLamaNet.Console.Output;

namespace LLamaNet.Console.Commands;

internal sealed class QuantizeCommand : Command
{
    private readonly Terminal _terminal;
    private readonly Argument<string> _source = new("SRC") { Description = "The checkpoint to convert: a file or a folder" };
    private readonly Argument<string> _destination = new("DST")
    {
        Description = "The GGUF file to write; it appears whole or not at all",
    };
    private readonly MixOption _type = new();
    private readonly Option<bool> _force = new("--force") { Description = "Replace DST when it exists" };

    public QuantizeCommand(Terminal terminal)
        : base("quantize", "Convert a checkpoint to one GGUF file with its matrices in another format.")
    {
        _terminal = terminal;
        Add(_source);
        Add(_destination);
        Add(_type);
        Add(_force);
        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        string source = parsed.GetRequiredValue(_source), destination = parsed.GetRequiredValue(_destination);
        if (destination == "-") throw new UsageException("DST: expected a file's name, found -: a GGUF file needs a file.");
        string type = parsed.GetRequiredValue(_type);
        Destination.Check(destination);
        if (File.Exists(destination) && !parsed.GetValue(_force))
            throw new CommandException($"{destination}: exists already; --force replaces it");
        if (Path.GetFullPath(source) == Path.GetFullPath(destination))
            throw new CommandException($"{destination}: is the source itself");

        IReadOnlyList<string> warnings = await ProgressBar.RunAsync(_terminal, $"Quantizing to {type}", async report =>
        {
            var progress = new CallbackProgress<LoadProgress>(p => report(p.Bytes / (double)Math.Max(1, p.TotalBytes), null));
            return await LlamaModel.QuantizeAsync(
                source, destination, type, parsed.GetValue(_force), progress, cancellationToken);
        });
        _terminal.Warn(warnings);
        _terminal.Error.WriteLine($"{destination}: {Quantities.Bytes(new FileInfo(destination).Length)}, {type}");
        return 0;
    }
}
