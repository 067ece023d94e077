using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace LLamaNet.PtxInterpreter.Instructions;

// What each integer instruction does, in the words of the PTX manual's semantics. One small struct an instruction: types that
// only name a function, so they share this file.

internal readonly struct Add<T> : IVectorBinary<T>
    where T : unmanaged, INumberBase<T>
{
    public static T Apply(T a, T b) => unchecked(a + b);

    public static Vector256<T> Apply(Vector256<T> a, Vector256<T> b) => a + b;
}

internal readonly struct Subtract<T> : IVectorBinary<T>
    where T : unmanaged, INumberBase<T>
{
    public static T Apply(T a, T b) => unchecked(a - b);

    public static Vector256<T> Apply(Vector256<T> a, Vector256<T> b) => a - b;
}

internal readonly struct Multiply<T> : IVectorBinary<T>
    where T : unmanaged, INumberBase<T>
{
    public static T Apply(T a, T b) => unchecked(a * b);

    public static Vector256<T> Apply(Vector256<T> a, Vector256<T> b) => a * b;
}

// The upper half of the product.
internal readonly struct MultiplyHigh<T, TWide> : IBinary<T, T, T>
    where T : unmanaged, IBinaryInteger<T>
    where TWide : unmanaged, IBinaryInteger<TWide>
{
    public static unsafe T Apply(T a, T b) =>
        T.CreateTruncating((TWide.CreateTruncating(a) * TWide.CreateTruncating(b)) >> (8 * sizeof(T)));
}

internal readonly struct MultiplyWide<T, TWide> : IBinary<T, T, TWide>
    where T : unmanaged, IBinaryInteger<T>
    where TWide : unmanaged, IBinaryInteger<TWide>
{
    public static TWide Apply(T a, T b) => TWide.CreateTruncating(a) * TWide.CreateTruncating(b);
}

internal readonly struct MultiplyAdd<T> : IVectorTernary<T>
    where T : unmanaged, IBinaryInteger<T>
{
    public static T Apply(T a, T b, T c) => unchecked((a * b) + c);

    public static Vector256<T> Apply(Vector256<T> a, Vector256<T> b, Vector256<T> c) => (a * b) + c;
}

internal readonly struct MultiplyHighAdd<T, TWide> : ITernary<T, T, T, T>
    where T : unmanaged, IBinaryInteger<T>
    where TWide : unmanaged, IBinaryInteger<TWide>
{
    public static T Apply(T a, T b, T c) => unchecked(MultiplyHigh<T, TWide>.Apply(a, b) + c);
}

internal readonly struct MultiplyWideAdd<T, TWide> : ITernary<T, T, TWide, TWide>
    where T : unmanaged, IBinaryInteger<T>
    where TWide : unmanaged, IBinaryInteger<TWide>
{
    public static TWide Apply(T a, T b, TWide c) => unchecked(MultiplyWide<T, TWide>.Apply(a, b) + c);
}

// Division by zero gives a value that is not specified: all ones here.
internal readonly struct Divide<T> : IBinary<T, T, T>
    where T : unmanaged, IBinaryInteger<T>
{
    public static T Apply(T a, T b) =>
        T.IsZero(b) ? ~T.Zero : T.IsNegative(b) && b == ~T.Zero ? unchecked(T.Zero - a) : a / b;
}

internal readonly struct Remainder<T> : IBinary<T, T, T>
    where T : unmanaged, IBinaryInteger<T>
{
    public static T Apply(T a, T b) => T.IsZero(b) ? a : T.IsNegative(b) && b == ~T.Zero ? T.Zero : a % b;
}

internal readonly struct Minimum<T> : IVectorBinary<T>
    where T : unmanaged, IBinaryInteger<T>
{
    public static T Apply(T a, T b) => T.Min(a, b);

    public static Vector256<T> Apply(Vector256<T> a, Vector256<T> b) => Vector256.Min(a, b);
}

internal readonly struct Maximum<T> : IVectorBinary<T>
    where T : unmanaged, IBinaryInteger<T>
{
    public static T Apply(T a, T b) => T.Max(a, b);

    public static Vector256<T> Apply(Vector256<T> a, Vector256<T> b) => Vector256.Max(a, b);
}

internal readonly struct Negate<T> : IUnary<T, T>
    where T : unmanaged, INumberBase<T>
{
    public static T Apply(T a) => unchecked(-a);
}

internal readonly struct AbsoluteInteger<T> : IUnary<T, T>
    where T : unmanaged, IBinaryInteger<T>
{
    public static T Apply(T a) => T.IsNegative(a) ? unchecked(T.Zero - a) : a;
}

// add.sat.s32 and sub.sat.s32: limited to the range of the type.
internal readonly struct AddSaturated : IBinary<int, int, int>
{
    public static int Apply(int a, int b) => (int)Math.Clamp((long)a + b, int.MinValue, int.MaxValue);
}

internal readonly struct SubtractSaturated : IBinary<int, int, int>
{
    public static int Apply(int a, int b) => (int)Math.Clamp((long)a - b, int.MinValue, int.MaxValue);
}

// d = c + the four products of bytes.
internal readonly struct DotProduct4<TA, TB> : ITernary<uint, uint, uint, uint>
    where TA : unmanaged, IBinaryInteger<TA>
    where TB : unmanaged, IBinaryInteger<TB>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Apply(uint a, uint b, uint c)
    {
        for (int shift = 0; shift < 32; shift += 8)
        {
            int x = int.CreateTruncating(TA.CreateTruncating(a >> shift));
            int y = int.CreateTruncating(TB.CreateTruncating(b >> shift));
            c = unchecked(c + (uint)(x * y));
        }

        return c;
    }
}
