using System.CommandLine;

namespace LLamaNet.Console.Options;

internal sealed class DeviceOption : Option<Device?>
{
    public DeviceOption()
        : base("--device")
    {
        string forms = $"{string.Join(", ", Device.Forms.SkipLast(1))} or {Device.Forms[^1]}";
        Description = $"Where to run: {forms} (default {Device.Auto})";
        HelpName = "DEVICE";
        CustomParser = result =>
        {
            string text = result.Tokens[^1].Value;
            if (Device.TryParse(text, out Device? device)) return device;
            result.AddError($"--device: expected {forms}, found '{text}'.");
            return null;
        };
    }
}
