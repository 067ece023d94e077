using System.CommandLine;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using LLamaNet.Runner.Output;

namespace LLamaNet.Runner.Commands;

internal sealed class DevicesCommand : Command
{
    private readonly Terminal _terminal;

    public DevicesCommand(Terminal terminal)
        : base("devices", "List the devices that models can run on.")
    {
        _terminal = terminal;
        SetAction(Run);
    }

    private int Run(ParseResult parsed)
    {
        string memory = Words.Bytes(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes);
        _terminal.Out.WriteLine(
            $"cpu   {RuntimeInformation.ProcessArchitecture}, {Environment.ProcessorCount} processors, {memory} of memory, "
            + $"vectors of {VectorBits()} bits, {string.Join(' ', InstructionSets())}");
        _terminal.Out.WriteLine("cuda  not in this build yet");
        return 0;
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
