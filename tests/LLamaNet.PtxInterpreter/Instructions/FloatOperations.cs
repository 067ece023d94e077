using System.Numerics;
using System.Runtime.Intrinsics;

namespace LLamaNet.PtxInterpreter.Instructions;

// What each floating-point instruction does. Add, Subtract, Multiply and Negate are those of the integers. The approximate
// instructions give the exactly rounded result, which lies within every bound that the manual states. Types that only name a
// function share this file.

internal readonly struct FusedMultiplyAdd<T> : IVectorTernary<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public static T Apply(T a, T b, T c) => T.FusedMultiplyAdd(a, b, c);

    public static Vector256<T> Apply(Vector256<T> a, Vector256<T> b, Vector256<T> c)
    {
        if (typeof(T) == typeof(float))
            return Vector256.FusedMultiplyAdd(a.AsSingle(), b.AsSingle(), c.AsSingle()).As<float, T>();
        return Vector256.FusedMultiplyAdd(a.AsDouble(), b.AsDouble(), c.AsDouble()).As<double, T>();
    }
}

internal readonly struct DivideFloat<T> : IVectorBinary<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public static T Apply(T a, T b) => a / b;

    public static Vector256<T> Apply(Vector256<T> a, Vector256<T> b) => a / b;
}

// A NaN loses against a number; two NaN give the canonical NaN; -0 is below +0.
internal readonly struct MaximumNumber<T> : IBinary<T, T, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public static T Apply(T a, T b) =>
        T.IsNaN(a) ? T.IsNaN(b) ? Canonical.NaN<T>() : b : T.IsNaN(b) ? a : T.Max(a, b);
}

internal readonly struct MinimumNumber<T> : IBinary<T, T, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public static T Apply(T a, T b) =>
        T.IsNaN(a) ? T.IsNaN(b) ? Canonical.NaN<T>() : b : T.IsNaN(b) ? a : T.Min(a, b);
}

// max.NaN: a NaN wins.
internal readonly struct MaximumOrNaN<T> : IBinary<T, T, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public static T Apply(T a, T b) => T.IsNaN(a) || T.IsNaN(b) ? Canonical.NaN<T>() : T.Max(a, b);
}

internal readonly struct MinimumOrNaN<T> : IBinary<T, T, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public static T Apply(T a, T b) => T.IsNaN(a) || T.IsNaN(b) ? Canonical.NaN<T>() : T.Min(a, b);
}

internal readonly struct AbsoluteFloat<T> : IUnary<T, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public static T Apply(T a) => T.Abs(a);
}

internal readonly struct SquareRoot<T> : IUnary<T, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public static T Apply(T a) => T.Sqrt(a);
}

internal readonly struct Reciprocal<T> : IUnary<T, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public static T Apply(T a) => T.One / a;
}

internal readonly struct ReciprocalSquareRoot : IUnary<float, float>
{
    public static float Apply(float a) => (float)(1 / Math.Sqrt(a));
}

internal readonly struct ReciprocalSquareRootDouble : IUnary<double, double>
{
    public static double Apply(double a) => 1 / Math.Sqrt(a);
}

internal readonly struct Exponential2 : IUnary<float, float>
{
    public static float Apply(float a) => (float)Math.Exp(a * 0.693147180559945309417232);
}

internal readonly struct Logarithm2 : IUnary<float, float>
{
    public static float Apply(float a) => (float)Math.Log2(a);
}

internal readonly struct Sine : IUnary<float, float>
{
    public static float Apply(float a) => (float)Math.Sin(a);
}

internal readonly struct Cosine : IUnary<float, float>
{
    public static float Apply(float a) => (float)Math.Cos(a);
}

internal readonly struct HyperbolicTangent : IUnary<float, float>
{
    public static float Apply(float a) => (float)Math.Tanh(a);
}

// copysign: b with the sign of a.
internal readonly struct CopySign<T> : IBinary<T, T, T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public static T Apply(T a, T b) => T.CopySign(b, a);
}

// .ftz: operands and results below the normal range become zero with their sign.
internal readonly struct Flushed<TOperation> : IUnary<float, float>
    where TOperation : IUnary<float, float>
{
    public static float Apply(float a) => Canonical.Flush(TOperation.Apply(Canonical.Flush(a)));
}

internal readonly struct FlushedBinary<TOperation> : IBinary<float, float, float>
    where TOperation : IBinary<float, float, float>
{
    public static float Apply(float a, float b) => Canonical.Flush(TOperation.Apply(Canonical.Flush(a), Canonical.Flush(b)));
}

internal readonly struct FlushedTernary<TOperation> : ITernary<float, float, float, float>
    where TOperation : ITernary<float, float, float, float>
{
    public static float Apply(float a, float b, float c) =>
        Canonical.Flush(TOperation.Apply(Canonical.Flush(a), Canonical.Flush(b), Canonical.Flush(c)));
}

// .sat: limited to 0 to 1, and NaN becomes +0.
internal readonly struct SaturatedBinary<TOperation> : IBinary<float, float, float>
    where TOperation : IBinary<float, float, float>
{
    public static float Apply(float a, float b) => Canonical.Saturate(TOperation.Apply(a, b));
}

internal readonly struct SaturatedTernary<TOperation> : ITernary<float, float, float, float>
    where TOperation : ITernary<float, float, float, float>
{
    public static float Apply(float a, float b, float c) => Canonical.Saturate(TOperation.Apply(a, b, c));
}
