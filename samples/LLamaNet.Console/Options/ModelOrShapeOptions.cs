using System.CommandLine;
using System.CommandLine.Parsing;

namespace LLamaNet.Console.Options;

// A checkpoint, or shapes known by their size in formats that the user names.
// defaults: the shapes where neither is given; none where a model is loaded then.
internal sealed class ModelOrShapeOptions(
    Argument<string?> model, string configDescription, IReadOnlyList<KnownModel> defaults, params DType[] types)
{
    private readonly ListOption<KnownModel> _config = Lists.Models("--config", configDescription, [.. defaults]);
    private readonly ListOption<DType> _type = Lists.Types("--type", "With --config: formats of the weights", types);

    public void AddTo(Command command, LoadOptions load)
    {
        command.Add(model);
        command.Add(_config);
        command.Add(_type);
        command.Validators.Add(result =>
        {
            if (result.GetResult(_config) is not null && HasModel(result)) result.AddError("Give MODEL or --config, not both.");
            if (!HasShapes(result) && result.GetResult(_type) is not null)
                result.AddError("--type goes with --config; a MODEL is converted by --weight-type.");
            if (HasShapes(result) && result.GetResult(load.WeightType) is not null)
                result.AddError("--weight-type converts a MODEL; --config goes with --type.");
        });
    }

    // Null for shapes, and for the model that a command loads by default.
    public string? Model(ParseResult parsed) => parsed.GetValue(model);

    // Empty for a model.
    public IEnumerable<(KnownModel Model, DType Type)> Shapes(ParseResult parsed) =>
        from shape in HasShapes(parsed.CommandResult) ? _config.Read(parsed) : []
        from type in _type.Read(parsed)
        select (shape, type);

    private bool HasShapes(CommandResult result) =>
        result.GetResult(_config) is not null || defaults.Count > 0 && !HasModel(result);

    private bool HasModel(CommandResult result) => result.GetResult(model) is { Tokens.Count: > 0 };
}
