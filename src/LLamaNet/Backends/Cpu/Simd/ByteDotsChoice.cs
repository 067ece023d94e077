using System.Runtime.Intrinsics.X86;

namespace LLamaNet.Backends.Cpu.Simd;

internal static class ByteDotsChoice
{
    public static IReadOnlyList<ByteDots> Supported { get; } = [.. Enum.GetValues<ByteDots>().Where(IsSupported)];

    public static bool IsSupported(ByteDots dots) => dots switch
    {
        ByteDots.Pairs512 => Lanes512.IsSupported,
        ByteDots.Pairs256 => Lanes256.IsSupported,
        ByteDots.Quads256 or ByteDots.QuadPairs256 => Lanes256.IsSupported && AvxVnni.IsSupported,
        ByteDots.Pairs128 => Ssse3.IsSupported,
        _ => true,
    };

    // The fastest within a width for weights of so many bits. Eight bits do not fit the pairs' shorts and take two passes
    // there; .NET 10 has no 512-bit form of the instruction that sums four.
    public static ByteDots For(SimdWidth width, int bits) => width switch
    {
        SimdWidth.V512 when bits < 8 || !AvxVnni.IsSupported => ByteDots.Pairs512,
        SimdWidth.V512 => ByteDots.QuadPairs256,
        SimdWidth.V256 => AvxVnni.IsSupported ? ByteDots.Quads256 : ByteDots.Pairs256,
        _ => Ssse3.IsSupported ? ByteDots.Pairs128 : ByteDots.Portable,
    };
}
