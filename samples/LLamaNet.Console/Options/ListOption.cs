using System.CommandLine;
using System.CommandLine.Parsing;

namespace LLamaNet.Console.Options;

// Values separated by commas: "128,512".
internal sealed class ListOption<T> : Option<IReadOnlyList<T>>
{
    private readonly IReadOnlyList<T> _defaults;

    public ListOption(string name, string description, string helpName, IReadOnlyList<T> defaults, ItemParser parse)
        : base(name)
    {
        _defaults = defaults;
        Description = defaults.Count == 0 ? description : $"{description} (default {string.Join(',', defaults)})";
        HelpName = helpName;
        CustomParser = result => Parse(result, name, parse);
    }

    // The parser returns what is wrong with an item, or null.
    public delegate string? ItemParser(string text, out T item);

    public IReadOnlyList<T> Read(ParseResult parsed) => parsed.GetValue(this) ?? _defaults;

    private static List<T>? Parse(ArgumentResult result, string name, ItemParser parse)
    {
        var items = new List<T>();
        foreach (string text in result.Tokens[^1].Value.Split(',', StringSplitOptions.TrimEntries))
        {
            string? error = parse(text, out T item);
            if (error is not null)
            {
                result.AddError($"{name}: {error}");
                return null;
            }

            items.Add(item);
        }

        return items;
    }
}
