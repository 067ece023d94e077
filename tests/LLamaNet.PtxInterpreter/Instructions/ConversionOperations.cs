using System.Numerics;

namespace LLamaNet.PtxInterpreter.Instructions;

// What each conversion does. Types that only name a function share this file.

// Integer to integer: cut off or extended by the sign of the source.
internal readonly struct Resize<TA, TResult> : IUnary<TA, TResult>
    where TA : unmanaged, IBinaryInteger<TA>
    where TResult : unmanaged, IBinaryInteger<TResult>
{
    public static TResult Apply(TA a) => TResult.CreateTruncating(a);
}

internal readonly struct ResizeSaturated<TA, TResult> : IUnary<TA, TResult>
    where TA : unmanaged, IBinaryInteger<TA>
    where TResult : unmanaged, IBinaryInteger<TResult>
{
    public static TResult Apply(TA a) => TResult.CreateSaturating(a);
}

// Through a narrow type: what a wider register holds of it.
internal readonly struct Narrow<TA, TNarrow, TResult, TOperation> : IUnary<TA, TResult>
    where TA : unmanaged
    where TNarrow : unmanaged, IBinaryInteger<TNarrow>
    where TResult : unmanaged, IBinaryInteger<TResult>
    where TOperation : IUnary<TA, TNarrow>
{
    public static TResult Apply(TA a) => TResult.CreateTruncating(TOperation.Apply(a));
}

// The source is the lower part of a 64-bit register.
internal readonly struct LowerPart<TA, TResult, TOperation> : IUnary<ulong, TResult>
    where TA : unmanaged, IBinaryInteger<TA>
    where TOperation : IUnary<TA, TResult>
{
    public static TResult Apply(ulong a) => TOperation.Apply(TA.CreateTruncating(a));
}

// Integer to float, to nearest even.
internal readonly struct ToFloat<TA, TResult> : IUnary<TA, TResult>
    where TA : unmanaged, IBinaryInteger<TA>
    where TResult : unmanaged, IBinaryFloatingPointIeee754<TResult>
{
    public static TResult Apply(TA a) => TResult.CreateTruncating(a);
}

// Float to integer: rounded, limited to the range of the type; NaN gives 0.
internal readonly struct ToInteger<TA, TResult, TRounding> : IUnary<TA, TResult>
    where TA : unmanaged, IBinaryFloatingPointIeee754<TA>
    where TResult : unmanaged, IBinaryInteger<TResult>
    where TRounding : IRounding
{
    public static TResult Apply(TA a) => TResult.CreateSaturating(TA.Round(a, TRounding.Mode));
}

// Float to a float that is an integer.
internal readonly struct RoundToInteger<T, TRounding> : IUnary<T, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where TRounding : IRounding
{
    public static T Apply(T a) => T.Round(a, TRounding.Mode);
}

internal readonly struct HalfToSingle : IUnary<ushort, float>
{
    public static float Apply(ushort a) => (float)BitConverter.UInt16BitsToHalf(a);
}

internal readonly struct SingleToHalf : IUnary<float, ushort>
{
    public static ushort Apply(float a) => Canonical.HalfBits((Half)a);
}

// Toward zero.
internal readonly struct SingleToHalfTruncated : IUnary<float, ushort>
{
    public static ushort Apply(float a)
    {
        if (float.IsNaN(a)) return 0x7FFF;
        if (float.IsInfinity(a)) return BitConverter.HalfToUInt16Bits((Half)a);
        var nearest = (Half)Math.Clamp(a, -65504f, 65504f);
        ushort bits = BitConverter.HalfToUInt16Bits(nearest);
        return Math.Abs((float)nearest) > Math.Abs(a) ? (ushort)(bits - 1) : bits;
    }
}

internal readonly struct BFloatToSingle : IUnary<ushort, float>
{
    public static float Apply(ushort a) => (float)new BFloat16(a);
}

internal readonly struct SingleToBFloat : IUnary<float, ushort>
{
    public static ushort Apply(float a) => ((BFloat16)a).Bits;
}

internal readonly struct SingleToBFloatTruncated : IUnary<float, ushort>
{
    public static ushort Apply(float a) => BFloat16.Truncate(a).Bits;
}

internal readonly struct SingleToDouble : IUnary<float, double>
{
    public static double Apply(float a) => a;
}

internal readonly struct DoubleToSingle : IUnary<double, float>
{
    public static float Apply(double a) => (float)a;
}

internal readonly struct Unchanged : IUnary<float, float>
{
    public static float Apply(float a) => a;
}

internal readonly struct Saturated : IUnary<float, float>
{
    public static float Apply(float a) => Canonical.Saturate(a);
}

// .relu: negative numbers become 0; NaN stays NaN.
internal readonly struct Rectified<TOperation> : IUnary<float, ushort>
    where TOperation : IUnary<float, ushort>
{
    public static ushort Apply(float a) => TOperation.Apply(a < 0 ? 0 : a);
}

// Two floats to a pair; the first operand becomes the upper half.
internal readonly struct Pack<TOperation> : IBinary<float, float, uint>
    where TOperation : IUnary<float, ushort>
{
    public static uint Apply(float a, float b) => (uint)TOperation.Apply(a) << 16 | TOperation.Apply(b);
}

// To 19 bits, to nearest with ties away from zero.
internal readonly struct ToTensorFloat : IUnary<float, float>
{
    public static float Apply(float a) => float.IsFinite(a)
        ? BitConverter.UInt32BitsToSingle((BitConverter.SingleToUInt32Bits(a) + 0x1000) & 0xFFFFE000)
        : float.IsNaN(a) ? BitConverter.UInt32BitsToSingle(0x7FFFFFFF) : a;
}
