using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace LLamaNet.Tensors.Quantization;

// Small whole numbers, one a byte, and the values they stand for. Counts are multiples of 16.
internal static unsafe class Integers
{
    // integers[i] = table[integers[i]]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void LookUp(byte* integers, int count, Vector128<byte> table)
    {
        for (int i = 0; i < count; i += Vector128<byte>.Count)
            Vector128.ShuffleNative(table, Vector128.Load(integers + i)).Store(integers + i);
    }

    // values[i] = (integers[i] - zero) * scale
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Scale(byte* integers, int count, int zero, float scale, float* values)
    {
        Vector128<short> zeros = Vector128.Create((short)zero);
        for (int i = 0; i < count; i += Vector128<byte>.Count)
        {
            (Vector128<ushort> lower, Vector128<ushort> upper) = Vector128.Widen(Vector128.Load(integers + i));
            (Vector128<int> a, Vector128<int> b) = Vector128.Widen(lower.AsInt16() - zeros);
            (Vector128<int> c, Vector128<int> d) = Vector128.Widen(upper.AsInt16() - zeros);
            (Vector128.ConvertToSingle(a) * scale).Store(values + i);
            (Vector128.ConvertToSingle(b) * scale).Store(values + i + 4);
            (Vector128.ConvertToSingle(c) * scale).Store(values + i + 8);
            (Vector128.ConvertToSingle(d) * scale).Store(values + i + 12);
        }
    }

    // values[i] = integers[i] * scale + min. The product is exact (11 + 6 + 5 bits at most), so fusing changes nothing.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void ScaleAndAdd(byte* integers, int count, float scale, float min, float* values)
    {
        Vector128<float> mins = Vector128.Create(min);
        for (int i = 0; i < count; i += Vector128<byte>.Count)
        {
            (Vector128<ushort> lower, Vector128<ushort> upper) = Vector128.Widen(Vector128.Load(integers + i));
            (Vector128<int> a, Vector128<int> b) = Vector128.Widen(lower.AsInt16());
            (Vector128<int> c, Vector128<int> d) = Vector128.Widen(upper.AsInt16());
            (Vector128.ConvertToSingle(a) * scale + mins).Store(values + i);
            (Vector128.ConvertToSingle(b) * scale + mins).Store(values + i + 4);
            (Vector128.ConvertToSingle(c) * scale + mins).Store(values + i + 8);
            (Vector128.ConvertToSingle(d) * scale + mins).Store(values + i + 12);
        }
    }

    // integers[i] = clamp(round((values[i] - min) / scale), lowest, highest) + zero; without a scale, round(0) stands for all.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Round(
        ReadOnlySpan<float> values, float scale, float min, int lowest, int highest, int zero, byte* integers)
    {
        Debug.Assert(values.Length % Vector128<byte>.Count == 0);
        float inverse = scale == 0 ? 0 : 1 / scale;
        Vector128<float> mins = Vector128.Create(min);
        Vector128<float> low = Vector128.Create((float)lowest), high = Vector128.Create((float)highest);
        Vector128<sbyte> zeros = Vector128.Create((sbyte)zero);
        for (int i = 0; i < values.Length; i += Vector128<byte>.Count)
        {
            Vector128<int> a = Nearest((Load(values, i) - mins) * inverse, low, high);
            Vector128<int> b = Nearest((Load(values, i + 4) - mins) * inverse, low, high);
            Vector128<int> c = Nearest((Load(values, i + 8) - mins) * inverse, low, high);
            Vector128<int> d = Nearest((Load(values, i + 12) - mins) * inverse, low, high);
            Vector128<sbyte> nearest = Vector128.Narrow(Vector128.Narrow(a, b), Vector128.Narrow(c, d));
            (nearest + zeros).Store((sbyte*)integers + i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> Nearest(Vector128<float> steps, Vector128<float> low, Vector128<float> high) =>
        Vector128.ConvertToInt32Native(Vector128.MinNative(Vector128.MaxNative(Vector128.Round(steps), low), high));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Load(ReadOnlySpan<float> values, int i) =>
        Vector128.LoadUnsafe(ref MemoryMarshal.GetReference(values), (nuint)i);
}
