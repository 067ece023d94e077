using System.CommandLine;

namespace LLamaNet.Console.Options;

// What a file is quantized to, in any case; read as the list has it.
internal sealed class MixOption : Option<string>
{
    public MixOption()
        : base("--type")
    {
        string names = string.Join(", ", LlamaModel.QuantizeTypes);
        Description = $"Format of the matrices: {names}";
        HelpName = "TYPE";
        Required = true;
        CustomParser = result =>
        {
            string text = result.Tokens[^1].Value;
            string? name = LlamaModel.QuantizeTypes.FirstOrDefault(
                known => known.Equals(text, StringComparison.OrdinalIgnoreCase));
            if (name is null) result.AddError($"--type: expected {names}, found '{text}'.");
            return name;
        };
    }
}
