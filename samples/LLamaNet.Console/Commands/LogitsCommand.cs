using System.CommandLine;
using System.Runtime.InteropServices;
using LLamaNet.Console.Options;
using LLamaNet.Console.Output;

namespace LLamaNet.Console.Commands;

internal sealed class LogitsCommand : Command
{
    private readonly Terminal _terminal;
    private readonly Argument<string> _model = ModelArgument.Required();
    private readonly PromptOptions _prompt = new();
    private readonly LoadOptions _load = new();
    private readonly Option<string> _out = new("--out")
    {
        Description = "The file to write; replaced when it exists; - writes to stdout",
        HelpName = "FILE",
        Required = true,
    };
    private readonly Option<bool> _all = new("--all") { Description = "Write every position, not the last alone" };

    public LogitsCommand(Terminal terminal)
        : base(
            "logits", "Write logits after a prompt: little-endian 32-bit floats, one for each token id, position after position.")
    {
        _terminal = terminal;
        Add(_model);
        _prompt.AddTo(this);
        _load.AddTo(this);
        Add(_out);
        Add(_all);
        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        string destination = parsed.GetRequiredValue(_out);
        Destination.Check(destination);
        Prompt prompt = await _prompt.ReadAsync(parsed, _terminal, null, cancellationToken);
        using LlamaModel model = await ModelLoader.LoadAsync(
            _terminal, parsed.GetRequiredValue(_model), _load.Bind(parsed), cancellationToken);
        IReadOnlyList<int> ids = prompt.Encode(model);
        if (ids.Count == 0) throw new CommandException("the prompt has no tokens");

        int written = 0;
        await AtomicFile.WriteAsync(_terminal, destination, stream => model.ComputeLogitsAsync(
            ids,
            (_, logits) =>
            {
                stream.Write(MemoryMarshal.AsBytes(logits));
                written++;
            },
            parsed.GetValue(_all) ? 0 : ids.Count - 1,
            cancellationToken));
        _terminal.Error.WriteLine(
            $"{destination}: {written} of {ids.Count} positions, {model.Config.VocabularySize} logits each");
        return 0;
    }
}
