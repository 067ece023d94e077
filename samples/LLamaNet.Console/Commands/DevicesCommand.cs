using System.CommandLine;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using System.Text.Json;
using LLamaNet.Console.Output;

namespace LLamaNet.Console.Commands;

internal sealed class DevicesCommand : Command
{
    private readonly Terminal _terminal;
    private readonly Option<bool> _json = new("--json") { Description = "Print a JSON array" };

    public DevicesCommand(Terminal terminal)
        : base("devices", "List the devices that models can run on, and why the others cannot be used.")
    {
        _terminal = terminal;
        Add(_json);
        SetAction(Run);
    }

    private int Run(ParseResult parsed)
    {
        IReadOnlyList<DeviceDescription> devices = Device.List();
        if (parsed.GetValue(_json)) WriteJson(devices);
        else WriteLines(devices);
        return 0;
    }

    private void WriteLines(IReadOnlyList<DeviceDescription> devices)
    {
        foreach (DeviceDescription device in devices)
        {
            string memory = device.MemoryBytes > 0 ? $", {Quantities.Bytes(device.MemoryBytes)} of memory" : "";
            string more = "";
            if (device.Device.Kind == DeviceKind.Cpu)
            {
                string sets = string.Join(' ', InstructionSets());
                more = $", {RuntimeInformation.ProcessArchitecture}, vectors of {VectorBits()} bits, {sets}";
            }

            string refusal = device.Refusal is null ? "" : $": refused: {device.Refusal}";
            _terminal.Out.WriteLine($"{device.Device,-7} {device.Name}{memory}{more}{refusal}");
        }
    }

    private void WriteJson(IReadOnlyList<DeviceDescription> devices) => Json.Write(_terminal, json =>
    {
        json.WriteStartArray();
        foreach (DeviceDescription device in devices)
        {
            json.WriteStartObject();
            json.WriteString("device", device.Device.ToString());
            json.WriteString("kind", Json.Name(device.Device.Kind));
            json.WriteNumber("ordinal", device.Device.Ordinal);
            json.WriteString("name", device.Name);
            json.WriteNumber("memoryBytes", device.MemoryBytes);
            json.WriteBoolean("usable", device.Refusal is null);
            json.WriteString("refusal", device.Refusal);
            if (device.Device.Kind == DeviceKind.Cpu) WriteProcessor(json);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    });

    private static void WriteProcessor(Utf8JsonWriter json)
    {
        json.WriteString("architecture", RuntimeInformation.ProcessArchitecture.ToString());
        json.WriteNumber("vectorBits", VectorBits());
        json.WriteStartArray("instructionSets");
        foreach (string set in InstructionSets()) json.WriteStringValue(set);
        json.WriteEndArray();
    }

    private static int VectorBits() =>
        Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : Vector128.IsHardwareAccelerated ? 128 : 0;

    private static IEnumerable<string> InstructionSets()
    {
        if (Avx2.IsSupported) yield return "AVX2";
        if (Fma.IsSupported) yield return "FMA";
        if (AvxVnni.IsSupported) yield return "AVX-VNNI";
        if (Avx512F.IsSupported) yield return "AVX-512F";
        if (Avx512BW.IsSupported) yield return "AVX-512BW";
        if (Avx512Vbmi.IsSupported) yield return "AVX-512VBMI";
        if (AdvSimd.IsSupported) yield return "AdvSIMD";
        if (Dp.IsSupported) yield return "DotProd";
    }
}
