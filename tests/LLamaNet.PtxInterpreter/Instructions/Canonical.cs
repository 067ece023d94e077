using System.Numerics;

namespace LLamaNet.PtxInterpreter.Instructions;

// Values that the manual fixes: the NaN that instructions make, zeros for subnormals, the limits of .sat.
internal static class Canonical
{
    // 0x7FFFFFFF and 0x7FFFFFFFFFFFFFFF.
    public static T NaN<T>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (typeof(T) == typeof(float)) return (T)(object)BitConverter.UInt32BitsToSingle(0x7FFFFFFF);
        return typeof(T) == typeof(double) ? (T)(object)BitConverter.UInt64BitsToDouble(0x7FFFFFFFFFFFFFFF) : T.NaN;
    }

    public static float Flush(float value) => float.IsSubnormal(value) ? float.CopySign(0, value) : value;

    public static float Saturate(float value) => value > 0 ? Math.Min(value, 1) : 0;

    // The bits of a half; NaN is 0x7FFF.
    public static ushort HalfBits(Half value) => Half.IsNaN(value) ? (ushort)0x7FFF : BitConverter.HalfToUInt16Bits(value);
}
