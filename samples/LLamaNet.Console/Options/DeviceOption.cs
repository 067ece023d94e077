using System.CommandLine;
using System.Globalization;

namespace LLamaNet.Console.Options;

internal sealed class DeviceOption : Option<Device?>
{
    public DeviceOption()
        : base("--device")
    {
        Description = "Where to run: auto, cpu, cuda or cuda:N (default auto)";
        HelpName = "DEVICE";
        CustomParser = result =>
        {
            string text = result.Tokens[^1].Value;
            Device? device = Read(text.ToLowerInvariant());
            if (device is null) result.AddError($"--device: expected auto, cpu, cuda or cuda:N, found '{text}'.");
            return device;
        };
    }

    private static Device? Read(string text) => text switch
    {
        "auto" => Device.Auto,
        "cpu" => Device.Cpu,
        "cuda" => Device.Cuda(),
        _ when text.StartsWith("cuda:", StringComparison.Ordinal)
            && int.TryParse(text.AsSpan(5), NumberStyles.None, CultureInfo.InvariantCulture, out int ordinal) => Device.Cuda(ordinal),
        _ => null,
    };
}
