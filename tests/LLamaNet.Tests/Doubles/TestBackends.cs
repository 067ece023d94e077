using System.Runtime.InteropServices;
using LLamaNet.Backends;
using LLamaNet.Backends.Cpu;
using LLamaNet.Backends.Cpu.Simd;
using LLamaNet.PtxInterpreter;
using Xunit;

namespace LLamaNet.Tests.Doubles;

// Every backend that an operation's contract is held against, by name: "V256 x 3" is 256-bit registers and 3 threads of the
// CPU, "Pairs256" a way to multiply bytes, "Cuda" the GPU's kernels interpreted, "Cuda 9.0" those for Hopper.
// A run on a real GPU is about the GPU alone.
internal static class TestBackends
{
    private static readonly int[] s_threads = [1, 2, 3];

    public static TheoryData<string> Cpu { get; } =
        [.. SimdWidths.Supported.SelectMany(width => s_threads.Select(threads => $"{width} x {threads}"))];

    // The ways to multiply bytes, also those that are not the fastest here.
    public static TheoryData<string> ByteWays { get; } = [.. ByteDotsChoice.Supported.Select(dots => dots.ToString())];

    public static TheoryData<string> Cuda { get; } = ["Cuda", "Cuda 9.0"];

    public static TheoryData<string> All { get; } = GpuMachine.IsReal ? Cuda : [.. Cpu, .. Cuda];

    public static bool IsCuda(string name) => Cuda.Any(row => row.Data == name);

    public static Backend Open(string name)
    {
        if (IsCuda(name)) return new InterpretedBackend(name == "Cuda" ? new PtxDevice() : PtxDevice.Hopper);
        if (Enum.TryParse(name, out ByteDots dots) && Enum.IsDefined(dots)) return new CpuBackend(1, SimdWidth.V128, dots);
        string[] parts = name.Split(" x ");
        return new CpuBackend(int.Parse(parts[1], null), Enum.Parse<SimdWidth>(parts[0]));
    }

    // The results of every backend on the CPU are the same bits.
    public static void AssertSameBits(Func<Backend, float[]> compute)
    {
        float[]? expected = null;
        foreach (string name in Cpu.Select(row => row.Data))
        {
            using Backend backend = Open(name);
            float[] actual = compute(backend);
            expected ??= actual;
            Assert.True(SameBits(expected, actual), $"{name} differs from {Cpu.First().Data}");
        }
    }

    private static bool SameBits(float[] expected, float[] actual) =>
        MemoryMarshal.Cast<float, int>(expected).SequenceEqual(MemoryMarshal.Cast<float, int>(actual));
}
