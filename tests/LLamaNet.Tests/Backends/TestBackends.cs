using System.Runtime.InteropServices;
using LLamaNet.Backends;
using LLamaNet.Backends.Cpu;
using LLamaNet.Backends.Cpu.Simd;
using Xunit;

namespace LLamaNet.Tests.Backends;

// Every backend that an operation's contract is held against, by name: "V256 x 3" is 256-bit registers and 3 threads.
internal static class TestBackends
{
    private static readonly int[] s_threads = [1, 2, 3];

    public static TheoryData<string> All { get; } =
        [.. SimdWidths.Supported.SelectMany(width => s_threads.Select(threads => $"{width} x {threads}"))];

    public static Backend Open(string name)
    {
        string[] parts = name.Split(" x ");
        return new CpuBackend(int.Parse(parts[1], null), Enum.Parse<SimdWidth>(parts[0]));
    }

    // The results of every backend are the same bits.
    public static void AssertSameBits(Func<Backend, float[]> compute)
    {
        float[]? expected = null;
        foreach (string name in All.Select(row => row.Data))
        {
            using Backend backend = Open(name);
            float[] actual = compute(backend);
            expected ??= actual;
            Assert.True(SameBits(expected, actual), $"{name} differs from {All.First().Data}");
        }
    }

    private static bool SameBits(float[] expected, float[] actual) =>
        MemoryMarshal.Cast<float, int>(expected).SequenceEqual(MemoryMarshal.Cast<float, int>(actual));
}
