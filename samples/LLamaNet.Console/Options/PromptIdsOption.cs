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
        CustomParser = Parse;
    }

    private static List<int>? Parse(ArgumentResult result)
    {
        var ids = new List<int>();
        foreach (string word in result.Tokens[^1].Value.Split([',', ' '], StringSplitOptions.RemoveEmptyEntries))
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
