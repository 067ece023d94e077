using System.Runtime.CompilerServices;

namespace LLamaNet.Backends.Cpu.Simd;

internal static class LaneMath
{
    // e^x to 2e-7 relative. x is clamped to [-87, 88]: below, the result is e^-87 and not 0. NaN stays NaN.
    // x = n ln2 + r with |r| <= ln2 / 2; e^r by its Taylor polynomial of degree 6 with minimax coefficients (Cephes expf).
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Exp<V>(V x)
        where V : unmanaged, ILanes<V>
    {
        x = V.Clamp(x, -87f, 88f);
        V n = V.Round(x * V.Splat(1.44269504088896341f));
        V r = V.MultiplyAdd(n, V.Splat(-0.693359375f), x);
        r = V.MultiplyAdd(n, V.Splat(2.12194440e-4f), r);
        V p = V.Splat(1.9875691500e-4f);
        p = V.MultiplyAdd(p, r, V.Splat(1.3981999507e-3f));
        p = V.MultiplyAdd(p, r, V.Splat(8.3334519073e-3f));
        p = V.MultiplyAdd(p, r, V.Splat(4.1665795894e-2f));
        p = V.MultiplyAdd(p, r, V.Splat(1.6666665459e-1f));
        p = V.MultiplyAdd(p, r, V.Splat(5.0000001201e-1f));
        p = V.MultiplyAdd(p, r * r, r + V.Splat(1f));
        return V.ScaleByPowerOfTwo(p, n);
    }
}
