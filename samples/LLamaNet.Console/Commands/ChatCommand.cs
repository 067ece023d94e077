using System.CommandLine;
using LLamaNet.Console.Options;

namespace LLamaNet.Console.Commands;

internal sealed class ChatCommand : Command
{
    private readonly Terminal _terminal;
    private readonly Interrupts _interrupts;
    private readonly Argument<string?> _model = ModelArgument.Optional();
    private readonly SamplingOptions _sampling = new();
    private readonly LoadOptions _load = new();

    public ChatCommand(Terminal terminal, Interrupts interrupts)
        : base(
            "chat",
            "Take turns: reads lines from stdin. /exit or the end of stdin leaves; Ctrl-C stops an answer, once more leaves.")
    {
        _terminal = terminal;
        _interrupts = interrupts;
        Add(_model);
        _sampling.AddTo(this);
        _load.AddTo(this);
        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        string? path = parsed.GetValue(_model);
        GenerationOptions options = _sampling.Bind(parsed, path is null ? DemoModel.Defaults : new GenerationOptions());
        options = options with { StopSequences = [.. options.StopSequences, PlainTranscript.StopSequence] };
        using LlamaModel model = await ModelLoader.LoadAsync(_terminal, path, _load.Bind(parsed), cancellationToken);

        var transcript = new PlainTranscript(ModelLoader.TokenizerOf(model), model.ContextLength);
        while (await ReadLineAsync(cancellationToken) is { } line && line.Trim() != "/exit")
        {
            if (string.IsNullOrWhiteSpace(line)) continue;
            if (transcript.TryAsk(line))
                transcript.Answer(await AnswerAsync(model, transcript.Prompt, options, cancellationToken));
            else _terminal.Error.WriteLine(
                "llamanet: that is longer than the context; ask something shorter or give a larger --context");
        }

        return 0;
    }

    private async Task<string?> ReadLineAsync(CancellationToken cancellationToken)
    {
        if (_terminal.InIsPerson) _terminal.Error.Write("> ");
        // Reading a console cannot be cancelled, waiting for it can; the read ends with the process.
        return await Task.Run(_terminal.In.ReadLine, cancellationToken).WaitAsync(cancellationToken);
    }

    // Prints the answer as it comes and returns it, or as much of it as there was when the user stopped it.
    private async Task<string> AnswerAsync(
        LlamaModel model, string prompt, GenerationOptions options, CancellationToken everything)
    {
        var answer = new StringWriter();
        using CancellationTokenSource turn = _interrupts.BeginTurn();
        try
        {
            await foreach (GeneratedPart part in model.GenerateAsync(prompt, options, cancellationToken: turn.Token))
            {
                string text = answer.GetStringBuilder().Length == 0 ? part.Text.TrimStart() : part.Text;
                answer.Write(text);
                _terminal.Out.Write(text);
                _terminal.Out.Flush();
            }
        }
        catch (OperationCanceledException) when (!everything.IsCancellationRequested)
        {
            // The user stopped this answer and goes on.
        }
        finally
        {
            _interrupts.EndTurn();
            _terminal.Out.WriteLine();
            _terminal.Out.Flush();
        }

        return answer.ToString();
    }
}
