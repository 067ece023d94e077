using System.CommandLine;

namespace LLamaNet.Console.Options;

// The prompt, from the command line, a file or stdin. A file's text is taken as it is, a final line end included.
internal sealed class PromptOptions
{
    private readonly Option<string> _text = new("--prompt") { Description = "The text to continue", HelpName = "TEXT" };
    private readonly Option<string> _file = new("--prompt-file")
    {
        Description = "A UTF-8 file with the text to continue; - reads stdin",
        HelpName = "FILE",
    };

    private readonly PromptIdsOption _ids = new("Token ids to continue instead of a text");
    private readonly Option<bool> _special = new("--parse-special")
    {
        Description = "Special tokens written in the prompt count as such",
    };

    // textOptions: those of the command that make no sense with ids.
    public void AddTo(Command command, params Option[] textOptions)
    {
        Option[] prompts = [_text, _file, _ids];
        foreach (Option prompt in prompts) command.Add(prompt);
        command.Add(_special);
        command.Validators.Add(result =>
        {
            string[] given = [.. prompts.Where(prompt => result.GetResult(prompt) is not null).Select(prompt => prompt.Name)];
            if (given.Length > 1) result.AddError($"Give {given[0]} or {given[1]}, not both.");
            if (result.GetResult(_ids) is null) return;
            foreach (Option option in textOptions.Append(_special).Where(option => result.GetResult(option) is not null))
                result.AddError($"{option.Name} goes with a text, not with {_ids.Name}.");
        });
    }

    // `fallback` stands in for a prompt that is not given; without one, not giving any is an error.
    public async Task<Prompt> ReadAsync(
        ParseResult parsed, Terminal terminal, string? fallback, CancellationToken cancellationToken)
    {
        if (parsed.GetValue(_ids) is { } ids) return new Prompt(null, ids);
        string text = parsed.GetValue(_file) is { } file
            ? await new InputText(terminal, file).ReadAsync(cancellationToken)
            : parsed.GetValue(_text) ?? fallback
                ?? throw new UsageException($"Give the text to continue with {_text.Name}, {_file.Name} or {_ids.Name}.");
        return new Prompt(text, null, parsed.GetValue(_special));
    }
}
