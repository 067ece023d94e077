using System.CommandLine;
using LLamaNet.Console.Options;
using LLamaNet.Console.Output;

namespace LLamaNet.Console.Commands;

internal sealed class InspectCommand : Command
{
    private readonly Terminal _terminal;
    private readonly Argument<string> _model = ModelArgument.Required(
        "A GGUF, safetensors or .pth checkpoint: a file or a folder");
    private readonly Option<bool> _json = new("--json") { Description = "Print one JSON object" };

    public InspectCommand(Terminal terminal)
        : base("inspect", "Show what a checkpoint holds, without loading its weights.")
    {
        _terminal = terminal;
        Add(_model);
        Add(_json);
        SetAction(Run);
    }

    private int Run(ParseResult parsed)
    {
        CheckpointSummary summary = LlamaModel.Inspect(parsed.GetRequiredValue(_model));
        DType? type = StoredType.Of(summary);
        MemoryPlan? plan = summary.Config is { } config && type is { } weights ? LlamaModel.Plan(config, weights) : null;
        if (parsed.GetValue(_json)) CheckpointReport.WriteJson(_terminal, summary, plan);
        else CheckpointReport.WriteText(_terminal, summary, type, plan);
        _terminal.Warn(summary.Warnings);
        return 0;
    }
}
