using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace LLamaNet.Console.Options;

// Token ids, separated by commas or spaces; null when they are not given.
internal sealed class PromptIdsOption : Option<IReadOnlyList<int>?>
{
    public PromptIdsOption(string description)
        : base("--prompt-ids")
    {
        Description = $"{description}, such as 1,2,3: used as they are, nothing is added";
        HelpName = "N,N";
        Arity = ArgumentArity.ExactlyOne;
        CustomParser = Parse;
    }

    private static List<int>? Parse(ArgumentResult result)
    {
        var ids = new List<int>();
        string text = result.Tokens[^1].Value;
        bool isEmpty = text.AsSpan().IndexOfAnyExcept(',', ' ') < 0;
        // Spaces may stand beside a comma or in its place; between two commas an id is missing.
        IEnumerable<string> words = isEmpty ? [] : text.Split(',', StringSplitOptions.TrimEntries).SelectMany(
            part => part.Length == 0 ? [""] : part.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        foreach (string word in words)
        {
            if (!int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out int id))
            {
                result.AddError($"--prompt-ids: expected token ids such as 1,2,3, found '{word}'.");
                return null;
            }

            ids.Add(id);
        }

        if (ids.Count > 0) return ids;
        result.AddError("--prompt-ids: expected token ids such as 1,2,3, found none.");
        return null;
    }
}
