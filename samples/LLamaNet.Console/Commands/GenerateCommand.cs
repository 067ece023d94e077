using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using LLamaNet.Console.Options;
using LLamaNet.Console.Output;

namespace LLamaNet.Console.Commands;

internal sealed class GenerateCommand : Command
{
    private readonly Terminal _terminal;
    private readonly Argument<string?> _model = ModelArgument.Optional();
    private readonly PromptOptions _prompt = new();
    private readonly SamplingOptions _sampling = new();
    private readonly LoadOptions _load = new();
    private readonly Option<bool> _echo = new("--echo") { Description = "Print the prompt before the text" };
    private readonly Option<bool> _ids = new("--ids") { Description = "Print token ids, separated by spaces, instead of text" };
    private readonly Option<bool> _stats = new("--stats") { Description = "Print times, speed and memory on stderr" };
    private readonly Option<bool> _json = new("--json") { Description = "Print one JSON object when done" };

    private readonly NumberOption<int> _logProbabilities = new(
        "--log-probabilities", "With --json: each token's log-probability, and those of the N likeliest tokens", 0, 20);

    public GenerateCommand(Terminal terminal)
        : base("generate", "Continue a text. Stdout gets the generated text and one line end.")
    {
        _terminal = terminal;
        Add(_model);
        _prompt.AddTo(this, _echo);
        _sampling.AddTo(this);
        _load.AddTo(this);
        Add(_echo);
        Add(_ids);
        Add(_stats);
        Add(_json);
        Add(_logProbabilities);
        Validators.Add(result =>
        {
            if (result.GetResult(_echo) is not null && (result.GetResult(_ids) ?? result.GetResult(_json)) is not null)
                result.AddError("--echo goes with text, not with --ids or --json.");
            if (result.GetResult(_logProbabilities) is not null && result.GetResult(_json) is null)
                result.AddError("--log-probabilities goes with --json.");
        });
        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        string? path = parsed.GetValue(_model);
        Prompt prompt = await _prompt.ReadAsync(parsed, _terminal, path is null ? DemoModel.Prompt : null, cancellationToken);
        GenerationOptions options = _sampling.Bind(parsed, path is null ? DemoModel.Defaults : new GenerationOptions());
        if (parsed.GetValue(_logProbabilities) is { } likeliest)
            options = options with { LogProbabilities = true, TopLogProbabilities = likeliest };

        long started = Stopwatch.GetTimestamp();
        using LlamaModel model = await ModelLoader.LoadAsync(_terminal, path, _load.Bind(parsed), cancellationToken);
        TimeSpan loading = Stopwatch.GetElapsedTime(started);
        if (path is null)
        {
            _terminal.Error.WriteLine(
                $"The demo model ({model.Config.ParameterCount / 1e6:0.0} million parameters, {model.Device.Name}) "
                + $"continues {prompt}. Your own: llamanet generate MODEL --prompt TEXT");
        }

        bool json = parsed.GetValue(_json);
        Show show = json ? Show.Nothing : parsed.GetValue(_ids) ? Show.Ids : Show.Text;
        if (prompt.Ids is not null && show == Show.Text && !model.HasTokenizer)
            throw new CommandException("the model has no tokenizer that can be used, so its answer has no text; give --ids");
        GenerationResult result = await StreamAsync(
            model, prompt, options, show, parsed.GetValue(_echo), cancellationToken);
        if (json) GenerationReport.WriteJson(_terminal, model, result, loading);
        if (parsed.GetValue(_stats)) GenerationReport.WriteStats(_terminal, model, result, loading);
        return 0;
    }

    private async Task<GenerationResult> StreamAsync(
        LlamaModel model, Prompt prompt, GenerationOptions options, Show show, bool echo, CancellationToken cancellationToken)
    {
        GenerationResult? result = null;
        bool begun = false;
        string separator = "";
        try
        {
            IReadOnlyList<int> ids = prompt.Encode(model);
            await foreach (GeneratedPart part in model.GenerateAsync(ids, options, cancellationToken: cancellationToken))
            {
                // Not before: a prompt that is refused leaves nothing on stdout.
                if (echo && !begun) _terminal.Out.Write(prompt.Text);
                begun = true;
                if (show == Show.Text) _terminal.Out.Write(part.Text);
                if (show == Show.Ids)
                {
                    foreach (GeneratedToken token in part.Tokens)
                    {
                        _terminal.Out.Write(separator + token.Id.ToString(CultureInfo.InvariantCulture));
                        separator = " ";
                    }
                }

                _terminal.Out.Flush();
                result = part.Result ?? result;
            }
        }
        finally
        {
            if (begun && show != Show.Nothing) _terminal.Out.WriteLine();
        }

        return result ?? throw new CommandException("the generation ended without a result");
    }

    private enum Show
    {
        Text,
        Ids,
        Nothing,
    }
}
