using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using LLamaNet.Console.Options;
using LLamaNet.Console.Output;

namespace LLamaNet.Console.Commands;

internal sealed class TokenizeCommand : Command
{
    private readonly Terminal _terminal;
    private readonly Argument<string> _model = ModelArgument.Required(
        "A checkpoint, a GGUF vocabulary, a tokenizer.model or a tokenizer.json");
    private readonly Option<string> _text = new("--text")
    {
        Description = "The text; prints a JSON array of ids",
        HelpName = "TEXT",
    };
    private readonly Option<string> _jsonl = new("--jsonl")
    {
        Description = "A file with one {\"text\": ...} a line; prints a JSON array of ids for each; - reads stdin",
        HelpName = "FILE",
    };
    private readonly Option<bool> _special = new("--special")
    {
        Description = "Add BOS and EOS where the tokenizer's files say so",
    };
    private readonly Option<bool> _parseSpecial = new("--parse-special")
    {
        Description = "Special tokens written in the text count as such",
    };
    private readonly Option<bool> _pieces = new("--pieces") { Description = "With --text: print a table of ids and pieces" };

    public TokenizeCommand(Terminal terminal)
        : base("tokenize", "Turn text into token ids.")
    {
        _terminal = terminal;
        Add(_model);
        Add(_text);
        Add(_jsonl);
        Add(_special);
        Add(_parseSpecial);
        Add(_pieces);
        Validators.Add(result =>
        {
            if (result.GetResult(_text) is null == result.GetResult(_jsonl) is null)
                result.AddError("Give either --text or --jsonl.");
            if (result.GetResult(_pieces) is not null && result.GetResult(_text) is null)
                result.AddError("--pieces goes with --text.");
        });
        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        ModelTokenizer tokenizer = LlamaModel.LoadTokenizer(parsed.GetRequiredValue(_model));
        _terminal.Warn(tokenizer.Warnings);
        bool special = parsed.GetValue(_special), parseSpecial = parsed.GetValue(_parseSpecial);
        if (parsed.GetValue(_jsonl) is { } file)
        {
            int line = 0;
            await foreach (string json in new InputText(_terminal, file).ReadLinesAsync(cancellationToken))
            {
                line++;
                if (!string.IsNullOrWhiteSpace(json)) WriteIds(tokenizer.Encode(TextOf(json, file, line), special, parseSpecial));
            }
        }
        else
        {
            IReadOnlyList<int> ids = tokenizer.Encode(parsed.GetValue(_text)!, special, parseSpecial);
            if (parsed.GetValue(_pieces)) WritePieces(tokenizer, ids);
            else WriteIds(ids);
        }

        return 0;
    }

    private static string TextOf(string json, string file, int line)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json, new JsonDocumentOptions { AllowDuplicateProperties = false });
            if (document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty("text", out JsonElement text)
                && text.ValueKind == JsonValueKind.String)
                return JsonString.Read(text);
        }
        catch (JsonException)
        {
            // The same message as for JSON of another kind.
        }

        throw new CommandException($"{file}: line {line}: expected a JSON object with a string \"text\"");
    }

    private void WriteIds(IReadOnlyList<int> ids) => _terminal.Out.WriteLine($"[{string.Join(", ", ids)}]");

    private void WritePieces(ModelTokenizer tokenizer, IReadOnlyList<int> ids)
    {
        var columns = new Columns("id>", "piece");
        foreach (int id in ids) columns.Add(id.ToString(CultureInfo.InvariantCulture), tokenizer.GetPiece(id));
        columns.Write(_terminal);
    }
}
