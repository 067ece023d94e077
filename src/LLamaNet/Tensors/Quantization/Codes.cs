using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace LLamaNet.Tensors.Quantization;

// Small whole numbers, one a byte, and the values they stand for. Lengths are multiples of 16.
internal static class Codes
{
    // values[i] = (codes[i] - zero) * scale
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Scale(ReadOnlySpan<sbyte> codes, int zero, float scale, Span<float> values)
    {
        Debug.Assert(codes.Length % Vector128<sbyte>.Count == 0 && codes.Length == values.Length);
        Vector128<short> zeros = Vector128.Create((short)zero);
        for (int i = 0; i < codes.Length; i += Vector128<sbyte>.Count)
        {
            (Vector128<short> lower, Vector128<short> upper) = Vector128.Widen(Load(codes, i));
            (Vector128<int> a, Vector128<int> b) = Vector128.Widen(lower - zeros);
            (Vector128<int> c, Vector128<int> d) = Vector128.Widen(upper - zeros);
            Store(Vector128.ConvertToSingle(a) * scale, values, i);
            Store(Vector128.ConvertToSingle(b) * scale, values, i + 4);
            Store(Vector128.ConvertToSingle(c) * scale, values, i + 8);
            Store(Vector128.ConvertToSingle(d) * scale, values, i + 12);
        }
    }

    // values[i] = codes[i] * scale + min. The product is exact (11 + 6 + 5 bits at most), so fusing changes nothing.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void ScaleAndAdd(ReadOnlySpan<sbyte> codes, float scale, float min, Span<float> values)
    {
        Debug.Assert(codes.Length % Vector128<sbyte>.Count == 0 && codes.Length == values.Length);
        Vector128<float> mins = Vector128.Create(min);
        for (int i = 0; i < codes.Length; i += Vector128<sbyte>.Count)
        {
            (Vector128<short> lower, Vector128<short> upper) = Vector128.Widen(Load(codes, i));
            (Vector128<int> a, Vector128<int> b) = Vector128.Widen(lower);
            (Vector128<int> c, Vector128<int> d) = Vector128.Widen(upper);
            Store(Vector128.ConvertToSingle(a) * scale + mins, values, i);
            Store(Vector128.ConvertToSingle(b) * scale + mins, values, i + 4);
            Store(Vector128.ConvertToSingle(c) * scale + mins, values, i + 8);
            Store(Vector128.ConvertToSingle(d) * scale + mins, values, i + 12);
        }
    }

    // codes[i] = clamp(round((values[i] - min) / scale), lowest, highest) + zero; without a scale, round(0) stands for all.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Round(
        ReadOnlySpan<float> values, float scale, float min, int lowest, int highest, int zero, Span<sbyte> codes)
    {
        Debug.Assert(codes.Length % Vector128<sbyte>.Count == 0 && codes.Length == values.Length);
        float inverse = scale == 0 ? 0 : 1 / scale;
        Vector128<float> mins = Vector128.Create(min), low = Vector128.Create((float)lowest), high = Vector128.Create((float)highest);
        Vector128<sbyte> zeros = Vector128.Create((sbyte)zero);
        for (int i = 0; i < codes.Length; i += Vector128<sbyte>.Count)
        {
            Vector128<int> a = Nearest((Load(values, i) - mins) * inverse, low, high);
            Vector128<int> b = Nearest((Load(values, i + 4) - mins) * inverse, low, high);
            Vector128<int> c = Nearest((Load(values, i + 8) - mins) * inverse, low, high);
            Vector128<int> d = Nearest((Load(values, i + 12) - mins) * inverse, low, high);
            Vector128<sbyte> nearest = Vector128.Narrow(Vector128.Narrow(a, b), Vector128.Narrow(c, d));
            (nearest + zeros).StoreUnsafe(ref MemoryMarshal.GetReference(codes), (nuint)i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> Nearest(Vector128<float> steps, Vector128<float> low, Vector128<float> high) =>
        Vector128.ConvertToInt32Native(Vector128.MinNative(Vector128.MaxNative(Vector128.Round(steps), low), high));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Load(ReadOnlySpan<float> values, int i) =>
        Vector128.LoadUnsafe(ref MemoryMarshal.GetReference(values), (nuint)i);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<sbyte> Load(ReadOnlySpan<sbyte> codes, int i) =>
        Vector128.LoadUnsafe(ref MemoryMarshal.GetReference(codes), (nuint)i);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(Vector128<float> value, Span<float> values, int i) =>
        value.StoreUnsafe(ref MemoryMarshal.GetReference(values), (nuint)i);
}
