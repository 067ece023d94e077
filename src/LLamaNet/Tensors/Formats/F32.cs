using System.Runtime.InteropServices;

namespace LLamaNet.Tensors.Formats;

internal readonly struct F32 : IFloatFormat
{
    public static DType Type => DType.F32;

    public static int Bytes => 4;

    public static int ExponentBits => 8;

    public static float MaxMagnitude => float.MaxValue;

    public static void Dequantize(ReadOnlySpan<byte> numbers, Span<float> values) =>
        numbers[..(values.Length * sizeof(float))].CopyTo(MemoryMarshal.AsBytes(values));

    public static void Quantize(ReadOnlySpan<float> values, Span<byte> numbers) => MemoryMarshal.AsBytes(values).CopyTo(numbers);
}
