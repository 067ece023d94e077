using System.Buffers.Binary;
using System.Numerics.Tensors;

namespace LLamaNet.Tensors.Quantization;

// The 16-bit floats that scale a block.
internal static class HalfScale
{
    private const float ExponentShift = 5.192296858534828e33f; // 2^112: from a half's exponent bias to a float's
    public const float Largest = 65504;

    // Exact, also for infinity and NaN. Unlike a cast to float it is no call.
    public static float Read(ReadOnlySpan<byte> bytes)
    {
        uint bits = BinaryPrimitives.ReadUInt16LittleEndian(bytes);
        uint magnitude = (bits & 0x7fff) << 13;
        float value = magnitude < 0x0f800000
            ? BitConverter.UInt32BitsToSingle(magnitude) * ExponentShift
            : BitConverter.UInt32BitsToSingle(magnitude | 0x7f800000);
        return (bits & 0x8000) == 0 ? value : -value;
    }

    public static void Write(Span<byte> bytes, float value) => BinaryPrimitives.WriteHalfLittleEndian(bytes, (Half)value);

    // Each value to the nearest finite half.
    public static void Round(Span<float> values)
    {
        Span<Half> halves = stackalloc Half[values.Length];
        TensorPrimitives.Clamp(values, -Largest, Largest, values);
        TensorPrimitives.ConvertToHalf(values, halves);
        TensorPrimitives.ConvertToSingle(halves, values);
    }

    // The half nearest to largest / steps, or the next greater one where so many steps would fall short of largest by
    // more than half a step: halves below 2^-14 are coarse.
    public static float Spanning(float largest, int steps)
    {
        if (largest == 0) return 0;
        float scale = (float)(Half)Math.Min(largest / steps, Largest);
        return scale * (steps + 0.5f) < largest && scale < Largest ? (float)Half.BitIncrement((Half)scale) : scale;
    }
}
