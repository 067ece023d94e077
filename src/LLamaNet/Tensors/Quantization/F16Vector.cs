using System.Numerics;
using System.Runtime.CompilerServices;

namespace LLamaNet.Tensors.Quantization;

// Conversion of a vector of 16-bit floats, each in the lower half of a word.
internal static class F16Vector
{
    private const uint SignBit = 0x8000;
    private const uint InfinityBits = 0x7c00;
    private const uint NaNBits = 0x7e00;
    private const uint FloatInfinityBits = 0x7f800000;
    private const float ExponentShift = 5.192296858534828e33f; // 2^112: from a half's exponent bias to a float's
    private const uint BiasDifference = 112u << 23;
    private const float SmallestNormal = 6.103515625e-5f; // 2^-14
    private const float PastLargest = 65536;

    // Exact, also for subnormals, infinities and NaN.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> ToSingle(Vector<uint> halves)
    {
        Vector<uint> magnitude = (halves & new Vector<uint>(SignBit - 1)) << 13;
        Vector<uint> finite = Vector.AsVectorUInt32(Vector.AsVectorSingle(magnitude) * ExponentShift);
        Vector<uint> special = Vector.GreaterThanOrEqual(magnitude, new Vector<uint>(InfinityBits << 13));
        Vector<uint> value = Vector.ConditionalSelect(special, magnitude | new Vector<uint>(FloatInfinityBits), finite);
        return Vector.AsVectorSingle(value | (halves & new Vector<uint>(SignBit)) << 16);
    }

    // To the nearest, ties to even; too large becomes infinity, NaN stays NaN.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<uint> FromSingle(Vector<float> values)
    {
        Vector<uint> bits = Vector.AsVectorUInt32(values), sign = bits >>> 16 & new Vector<uint>(SignBit);
        Vector<float> magnitude = Vector.Abs(values);
        Vector<uint> magnitudeBits = Vector.AsVectorUInt32(magnitude);

        Vector<uint> odd = magnitudeBits >>> 13 & Vector<uint>.One;
        Vector<uint> normal = magnitudeBits - new Vector<uint>(BiasDifference - 0xfff) + odd >>> 13;

        // The last bit of a float from 0.5 to 1 is worth 2^-24, as is that of a subnormal half.
        Vector<float> half = new(0.5f);
        Vector<uint> subnormal = Vector.AsVectorUInt32(magnitude + half) - Vector.AsVectorUInt32(half);

        Vector<uint> isNaN = Vector.GreaterThan(magnitudeBits, new Vector<uint>(FloatInfinityBits));
        Vector<uint> special = Vector.ConditionalSelect(isNaN, new Vector<uint>(NaNBits), new Vector<uint>(InfinityBits));
        Vector<uint> isSubnormal = Vector.AsVectorUInt32(Vector.LessThan(magnitude, new Vector<float>(SmallestNormal)));
        Vector<uint> isFinite = Vector.AsVectorUInt32(Vector.LessThan(magnitude, new Vector<float>(PastLargest)));
        return sign | Vector.ConditionalSelect(isFinite, Vector.ConditionalSelect(isSubnormal, subnormal, normal), special);
    }
}
