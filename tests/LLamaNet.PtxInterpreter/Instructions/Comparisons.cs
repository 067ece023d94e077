using System.Numerics;
using System.Runtime.Intrinsics;

namespace LLamaNet.PtxInterpreter.Instructions;

// The comparisons of setp. A comparison with NaN is false; its "u" form is true. Types that only name a function share this file.

internal readonly struct Equal<T> : IComparison<T>
    where T : unmanaged, INumber<T>
{
    public static bool Apply(T a, T b) => a == b;

    public static Vector256<T> Apply(Vector256<T> a, Vector256<T> b) => Vector256.Equals(a, b);
}

internal readonly struct NotEqual<T> : IComparison<T>
    where T : unmanaged, INumber<T>
{
    public static bool Apply(T a, T b) => a < b || a > b;

    public static Vector256<T> Apply(Vector256<T> a, Vector256<T> b) => Vector256.LessThan(a, b) | Vector256.GreaterThan(a, b);
}

internal readonly struct Less<T> : IComparison<T>
    where T : unmanaged, INumber<T>
{
    public static bool Apply(T a, T b) => a < b;

    public static Vector256<T> Apply(Vector256<T> a, Vector256<T> b) => Vector256.LessThan(a, b);
}

internal readonly struct LessOrEqual<T> : IComparison<T>
    where T : unmanaged, INumber<T>
{
    public static bool Apply(T a, T b) => a <= b;

    public static Vector256<T> Apply(Vector256<T> a, Vector256<T> b) => Vector256.LessThanOrEqual(a, b);
}

internal readonly struct Greater<T> : IComparison<T>
    where T : unmanaged, INumber<T>
{
    public static bool Apply(T a, T b) => a > b;

    public static Vector256<T> Apply(Vector256<T> a, Vector256<T> b) => Vector256.GreaterThan(a, b);
}

internal readonly struct GreaterOrEqual<T> : IComparison<T>
    where T : unmanaged, INumber<T>
{
    public static bool Apply(T a, T b) => a >= b;

    public static Vector256<T> Apply(Vector256<T> a, Vector256<T> b) => Vector256.GreaterThanOrEqual(a, b);
}

// Neither is NaN.
internal readonly struct BothNumbers<T> : IComparison<T>
    where T : unmanaged, INumber<T>
{
    public static bool Apply(T a, T b) => !T.IsNaN(a) && !T.IsNaN(b);

    public static Vector256<T> Apply(Vector256<T> a, Vector256<T> b) => Vector256.Equals(a, a) & Vector256.Equals(b, b);
}

// The opposite of a comparison, so true with NaN.
internal readonly struct Not<T, TComparison> : IComparison<T>
    where T : unmanaged
    where TComparison : IComparison<T>
{
    public static bool Apply(T a, T b) => !TComparison.Apply(a, b);

    public static Vector256<T> Apply(Vector256<T> a, Vector256<T> b) => ~TComparison.Apply(a, b);
}

internal readonly struct FlushedComparison<TComparison> : IComparison<float>
    where TComparison : IComparison<float>
{
    public static bool Apply(float a, float b) => TComparison.Apply(Canonical.Flush(a), Canonical.Flush(b));

    public static Vector256<float> Apply(Vector256<float> a, Vector256<float> b) => TComparison.Apply(Flush(a), Flush(b));

    private static Vector256<float> Flush(Vector256<float> value) =>
        Vector256.ConditionalSelect(Vector256.LessThan(Vector256.Abs(value), Vector256.Create(1.17549435e-38f)),
            Vector256<float>.Zero, value);
}
