using System.CommandLine;

namespace LLamaNet.Console.Options;

// The prompt, from the command line, a file or stdin. A file's text is taken as it is, a final line end included.
internal sealed class PromptOptions
{
    private readonly Option<string> _prompt = new("--prompt") { Description = "The text to continue", HelpName = "TEXT" };
    private readonly Option<string> _file = new("--prompt-file") { Description = "A UTF-8 file with the text to continue; - reads stdin", HelpName = "FILE" };

    public void AddTo(Command command)
    {
        command.Add(_prompt);
        command.Add(_file);
        command.Validators.Add(result =>
        {
            if (result.GetResult(_prompt) is not null && result.GetResult(_file) is not null)
                result.AddError("Give --prompt or --prompt-file, not both.");
        });
    }

    // `fallback` stands in for a prompt that is not given; without one, not giving any is an error.
    public async Task<string> ReadAsync(ParseResult parsed, Terminal terminal, string? fallback, CancellationToken cancellationToken)
    {
        if (parsed.GetValue(_file) is { } file)
            return await new InputText(terminal, file).ReadAsync(cancellationToken);
        return parsed.GetValue(_prompt) ?? fallback ?? throw new UsageException("Give the text to continue with --prompt or --prompt-file.");
    }
}
