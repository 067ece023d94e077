using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace LLamaNet.Tensors.Quantization;

// The 16-bit floats that scale a block.
internal static class F16Scale
{
    public const float Max = 65504;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float ToSingle(ushort bits) => F16Vector.ToSingle(new Vector<uint>(bits))[0];

    public static ushort FromSingle(float value) => BitConverter.HalfToUInt16Bits((Half)value);

    // Each value to the nearest finite half. A whole number of vectors.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Round(Span<float> values)
    {
        Debug.Assert(values.Length % Vector<float>.Count == 0);
        for (int i = 0; i < values.Length; i += Vector<float>.Count)
        {
            Span<float> part = values[i..];
            Vector<float> finite = Vector.Clamp(new Vector<float>(part), new Vector<float>(-Max), new Vector<float>(Max));
            F16Vector.ToSingle(F16Vector.FromSingle(finite)).CopyTo(part);
        }
    }

    // The half nearest to largest / steps, or the next greater one where so many steps would fall short of largest by
    // more than half a step: halves below 2^-14 are coarse.
    public static float Spanning(float largest, int steps)
    {
        if (largest == 0) return 0;
        float scale = (float)(Half)Math.Min(largest / steps, Max);
        return scale * (steps + 0.5f) < largest && scale < Max ? (float)Half.BitIncrement((Half)scale) : scale;
    }
}
