using System.CommandLine;
using LLamaNet.Console.Measurement;
using LLamaNet.Console.Options;
using LLamaNet.Console.Output;

namespace LLamaNet.Console.Commands;

internal sealed class PerplexityCommand : Command
{
    private const int DefaultContext = 512;

    private readonly Terminal _terminal;
    private readonly Argument<string> _model = ModelArgument.Required();
    private readonly LoadOptions _load = new();
    private readonly Option<string> _file = new("--file") { Description = "The UTF-8 text; - reads stdin", HelpName = "FILE" };
    private readonly PromptIdsOption _ids = new("Token ids to score instead of a text");
    private readonly NumberOption<int> _context = new("--context", $"Tokens of a chunk (default {DefaultContext})", 4, 1 << 24);
    private readonly Option<bool> _json = new("--json") { Description = "Print one JSON object" };

    public PerplexityCommand(Terminal terminal)
        : base(
            "perplexity",
            "Measure how well a model predicts a text: chunks of the context's length, the second half of each scored.")
    {
        _terminal = terminal;
        Add(_model);
        _load.AddTo(this, context: false);
        Add(_file);
        Add(_ids);
        Add(_context);
        Add(_json);
        Validators.Add(result =>
        {
            if (result.GetResult(_file) is null == result.GetResult(_ids) is null)
                result.AddError($"Give the text with {_file.Name}, or its token ids with {_ids.Name}.");
        });
        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        int context = parsed.GetValue(_context) ?? DefaultContext;
        string? file = parsed.GetValue(_file);
        string? text = file is null ? null : await new InputText(_terminal, file).ReadAsync(cancellationToken);
        ModelOptions options = _load.Bind(parsed) with { ContextLength = context };
        using LlamaModel model = await ModelLoader.LoadAsync(
            _terminal, parsed.GetRequiredValue(_model), options, cancellationToken);

        IReadOnlyList<int> ids = new Prompt(text, parsed.GetValue(_ids)).Encode(model);
        // Given ids stay as they are: chunks of a text begin with BOS.
        int? bos = text is not null && ids.Count > 0 && ids[0] == model.Tokenizer.BosId ? ids[0] : null;
        IReadOnlyList<int[]> chunks = Perplexity.Chunks(ids, context, bos);
        if (chunks.Count == 0)
            throw new CommandException($"{file ?? _ids.Name}: {ids.Count} tokens are less than one chunk of {context}");

        Perplexity perplexity = await ProgressBar.RunAsync(
            _terminal, "Perplexity", report => MeasureAsync(model, chunks, report, cancellationToken));
        if (parsed.GetValue(_json)) WriteJson(perplexity, chunks.Count, context);
        else _terminal.Out.WriteLine(OneLine(perplexity, chunks.Count, context));
        return 0;
    }

    private static async Task<Perplexity> MeasureAsync(
        LlamaModel model, IReadOnlyList<int[]> chunks, Action<double, string?> report, CancellationToken cancellationToken)
    {
        var perplexity = new Perplexity();
        for (int i = 0; i < chunks.Count; i++)
        {
            int[] chunk = chunks[i];
            int first = Perplexity.FirstScored(chunk.Length), last = Perplexity.LastScored(chunk.Length);
            await model.ComputeLogitsAsync(
                chunk,
                (position, logits) =>
                {
                    if (position <= last) perplexity.Add(logits, chunk[position + 1]);
                },
                first,
                cancellationToken);
            report((i + 1.0) / chunks.Count, Quantities.Invariant($"{perplexity.Value:0.0000}"));
        }

        return perplexity;
    }

    private static string OneLine(Perplexity perplexity, int chunks, int context)
    {
        string value = Quantities.Invariant(
            $"{perplexity.Value:0.0000} ({perplexity.MeanNegativeLogLikelihood:0.000000} nats a token");
        return $"perplexity {value}; {perplexity.Tokens} tokens of {chunks} chunks of {context})";
    }

    private void WriteJson(Perplexity perplexity, int chunks, int context)
    {
        Json.Write(_terminal, json =>
        {
            json.WriteStartObject();
            json.WriteNumber("perplexity", perplexity.Value);
            json.WriteNumber("nll", perplexity.MeanNegativeLogLikelihood);
            json.WriteNumber("tokens", perplexity.Tokens);
            json.WriteNumber("chunks", chunks);
            json.WriteNumber("context", context);
            json.WriteEndObject();
        });
    }
}
