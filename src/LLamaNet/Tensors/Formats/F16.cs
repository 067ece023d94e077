using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using LLamaNet.Tensors.Quantization;

namespace LLamaNet.Tensors.Formats;

// IEEE half.
internal readonly struct F16 : IFloatFormat
{
    public static DType Type => DType.F16;

    public static int Bytes => 2;

    public static int ExponentBits => 5;

    public static float MaxMagnitude => F16Scale.Max;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Dequantize(ReadOnlySpan<byte> numbers, Span<float> values)
    {
        ReadOnlySpan<ushort> halves = MemoryMarshal.Cast<byte, ushort>(numbers)[..values.Length];
        int i = 0;
        for (; i <= values.Length - Vector<ushort>.Count; i += Vector<ushort>.Count)
        {
            Vector.Widen(new Vector<ushort>(halves[i..]), out Vector<uint> lower, out Vector<uint> upper);
            F16Vector.ToSingle(lower).CopyTo(values[i..]);
            F16Vector.ToSingle(upper).CopyTo(values[(i + Vector<float>.Count)..]);
        }

        for (; i < values.Length; i++) values[i] = F16Vector.ToSingle(new Vector<uint>(halves[i]))[0];
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Quantize(ReadOnlySpan<float> values, Span<byte> numbers)
    {
        Span<ushort> halves = MemoryMarshal.Cast<byte, ushort>(numbers)[..values.Length];
        int i = 0;
        for (; i <= values.Length - Vector<ushort>.Count; i += Vector<ushort>.Count)
        {
            Vector<uint> lower = F16Vector.FromSingle(new Vector<float>(values[i..]));
            Vector<uint> upper = F16Vector.FromSingle(new Vector<float>(values[(i + Vector<float>.Count)..]));
            Vector.Narrow(lower, upper).CopyTo(halves[i..]);
        }

        for (; i < values.Length; i++) halves[i] = (ushort)F16Vector.FromSingle(new Vector<float>(values[i]))[0];
    }
}
