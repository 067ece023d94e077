using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace LLamaNet.PtxInterpreter.Instructions;

// What each instruction on bits does. Types that only name a function share this file.

internal readonly struct And<T> : IVectorBinary<T>
    where T : unmanaged, IBinaryInteger<T>
{
    public static T Apply(T a, T b) => a & b;

    public static Vector256<T> Apply(Vector256<T> a, Vector256<T> b) => a & b;
}

internal readonly struct Or<T> : IVectorBinary<T>
    where T : unmanaged, IBinaryInteger<T>
{
    public static T Apply(T a, T b) => a | b;

    public static Vector256<T> Apply(Vector256<T> a, Vector256<T> b) => a | b;
}

internal readonly struct Xor<T> : IVectorBinary<T>
    where T : unmanaged, IBinaryInteger<T>
{
    public static T Apply(T a, T b) => a ^ b;

    public static Vector256<T> Apply(Vector256<T> a, Vector256<T> b) => a ^ b;
}

internal readonly struct Not<T> : IUnary<T, T>
    where T : unmanaged, IBinaryInteger<T>
{
    public static T Apply(T a) => ~a;
}

// cnot: 1 for zero, otherwise 0.
internal readonly struct IsZero<T> : IUnary<T, T>
    where T : unmanaged, IBinaryInteger<T>
{
    public static T Apply(T a) => T.IsZero(a) ? T.One : T.Zero;
}

// Amounts beyond the width give zero.
internal readonly struct ShiftLeft<T> : IBinary<T, uint, T>
    where T : unmanaged, IBinaryInteger<T>
{
    public static unsafe T Apply(T a, uint b) => b >= 8 * sizeof(T) ? T.Zero : a << (int)b;
}

// Amounts beyond the width give zero or, for signed types, the sign.
internal readonly struct ShiftRight<T> : IBinary<T, uint, T>
    where T : unmanaged, IBinaryInteger<T>
{
    public static unsafe T Apply(T a, uint b) =>
        b < 8 * sizeof(T) ? a >> (int)b : T.IsNegative(a) ? ~T.Zero : T.Zero;
}

// shf.l: the upper word of b:a shifted left; the amount is limited to 32 or wrapped.
internal readonly struct FunnelLeft<TAmount> : ITernary<uint, uint, uint, uint>
    where TAmount : IUnary<uint, uint>
{
    public static uint Apply(uint a, uint b, uint c) => (uint)((((ulong)b << 32 | a) << (int)TAmount.Apply(c)) >> 32);
}

// shf.r: the lower word of b:a shifted right.
internal readonly struct FunnelRight<TAmount> : ITernary<uint, uint, uint, uint>
    where TAmount : IUnary<uint, uint>
{
    public static uint Apply(uint a, uint b, uint c) => (uint)(((ulong)b << 32 | a) >> (int)TAmount.Apply(c));
}

internal readonly struct Clamped : IUnary<uint, uint>
{
    public static uint Apply(uint a) => Math.Min(a, 32);
}

internal readonly struct Wrapped : IUnary<uint, uint>
{
    public static uint Apply(uint a) => a & 31;
}

// bfe: c bits of a from bit b; a signed type extends the sign of the field.
internal readonly struct ExtractField<T> : ITernary<T, uint, uint, T>
    where T : unmanaged, IBinaryInteger<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe T Apply(T a, uint b, uint c)
    {
        int width = 8 * sizeof(T), position = (int)(b & 0xFF), length = (int)(c & 0xFF);
        bool signed = T.IsNegative(~T.Zero);
        if (length == 0) return T.Zero;
        int last = Math.Min(position + length - 1, width - 1);
        bool sign = signed && !T.IsZero(a >> last & T.One);
        T result = sign ? ~T.Zero : T.Zero;
        if (position >= width) return result;
        int kept = Math.Min(length, width - position);
        T mask = kept == width ? ~T.Zero : (T.One << kept) - T.One;
        return (result & ~mask) | (a >> position & mask);
    }
}

// bfi, without its position and length, which come first.
internal static class BitField
{
    // b with a in the bits from position.
    public static unsafe T Insert<T>(T a, T b, uint position, uint length)
        where T : unmanaged, IBinaryInteger<T>
    {
        int width = 8 * sizeof(T), first = (int)(position & 0xFF), count = (int)(length & 0xFF);
        if (count == 0 || first >= width) return b;
        int kept = Math.Min(count, width - first);
        T mask = (kept == width ? ~T.Zero : (T.One << kept) - T.One) << first;
        return (b & ~mask) | (a << first & mask);
    }
}

internal readonly struct PopulationCount<T> : IUnary<T, uint>
    where T : unmanaged, IBinaryInteger<T>
{
    public static uint Apply(T a) => uint.CreateTruncating(T.PopCount(a));
}

internal readonly struct LeadingZeros<T> : IUnary<T, uint>
    where T : unmanaged, IBinaryInteger<T>
{
    public static uint Apply(T a) => uint.CreateTruncating(T.LeadingZeroCount(a));
}

internal readonly struct Reverse<T> : IUnary<T, T>
    where T : unmanaged, IBinaryInteger<T>
{
    public static unsafe T Apply(T a)
    {
        T result = T.Zero;
        for (int bit = 0; bit < 8 * sizeof(T); bit++) result = result << 1 | (a >> bit & T.One);
        return result;
    }
}

// bfind: the place of the highest bit that differs from the sign; all ones when there is none.
internal readonly struct FindHighest<T> : IUnary<T, uint>
    where T : unmanaged, IBinaryInteger<T>
{
    public static unsafe uint Apply(T a)
    {
        if (T.IsNegative(a)) a = ~a;
        return T.IsZero(a) ? uint.MaxValue : (uint)(8 * sizeof(T) - 1) - uint.CreateTruncating(T.LeadingZeroCount(a));
    }
}

// prmt in its default form: each nibble of c picks a byte of b:a, or its sign.
internal readonly struct Permute : ITernary<uint, uint, uint, uint>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Apply(uint a, uint b, uint c)
    {
        ulong bytes = (ulong)b << 32 | a;
        uint result = 0;
        for (int i = 0; i < 4; i++)
        {
            uint selector = c >> (4 * i);
            uint picked = (uint)(bytes >> (int)(8 * (selector & 7))) & 0xFF;
            if ((selector & 8) != 0) picked = (picked & 0x80) != 0 ? 0xFFu : 0;
            result |= picked << (8 * i);
        }

        return result;
    }
}
