using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace LLamaNet.Tensors.Formats;

// The upper half of a 32-bit float.
internal readonly struct BF16 : IFloatFormat
{
    public static DType Type => DType.BF16;

    public static int Bytes => 2;

    public static int ExponentBits => 8;

    // The greatest bfloat16 that is finite.
    public static float MaxMagnitude => 3.3895314e38f;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Dequantize(ReadOnlySpan<byte> numbers, Span<float> values)
    {
        ReadOnlySpan<ushort> halves = MemoryMarshal.Cast<byte, ushort>(numbers)[..values.Length];
        int i = 0;
        for (; i <= values.Length - Vector<ushort>.Count; i += Vector<ushort>.Count)
        {
            Vector.Widen(new Vector<ushort>(halves[i..]), out Vector<uint> lower, out Vector<uint> upper);
            (lower << 16).As<uint, float>().CopyTo(values[i..]);
            (upper << 16).As<uint, float>().CopyTo(values[(i + Vector<float>.Count)..]);
        }

        for (; i < values.Length; i++) values[i] = BitConverter.UInt32BitsToSingle((uint)halves[i] << 16);
    }

    // To the nearest, ties to even; NaN stays NaN.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Quantize(ReadOnlySpan<float> values, Span<byte> numbers)
    {
        Span<ushort> halves = MemoryMarshal.Cast<byte, ushort>(numbers)[..values.Length];
        int i = 0;
        for (; i <= values.Length - Vector<ushort>.Count; i += Vector<ushort>.Count)
        {
            Vector<uint> lower = Round(new Vector<float>(values[i..]));
            Vector<uint> upper = Round(new Vector<float>(values[(i + Vector<float>.Count)..]));
            Vector.Narrow(lower, upper).CopyTo(halves[i..]);
        }

        for (; i < values.Length; i++) halves[i] = (ushort)Round(new Vector<float>(values[i]))[0];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<uint> Round(Vector<float> values)
    {
        Vector<uint> bits = values.As<float, uint>(), odd = bits >>> 16 & Vector<uint>.One;
        Vector<uint> rounded = bits + new Vector<uint>(0x7fff) + odd >>> 16, quiet = bits >>> 16 | new Vector<uint>(64);
        return Vector.ConditionalSelect(Vector.Equals(values, values).As<int, uint>(), rounded, quiet);
    }
}
