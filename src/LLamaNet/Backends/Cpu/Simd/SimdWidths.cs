using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace LLamaNet.Backends.Cpu.Simd;

internal static class SimdWidths
{
    public static IReadOnlyList<SimdWidth> Supported { get; } = [.. Enum.GetValues<SimdWidth>().Where(IsSupported)];

    public static SimdWidth Widest => Supported[^1];

    public static bool IsSupported(SimdWidth width) => width switch
    {
        SimdWidth.V512 => Lanes512.IsSupported,
        SimdWidth.V256 => Lanes256.IsSupported,
        _ => Lanes128.IsSupported,
    };

    // For people.
    public static string Describe(SimdWidth width) => width switch
    {
        SimdWidth.V512 => "AVX-512",
        SimdWidth.V256 => "AVX2",
        _ when AdvSimd.IsSupported => "NEON",
        _ when Sse2.IsSupported => "SSE",
        _ => "128-bit vectors",
    };
}
