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

/// <summary>cnot: 1 for zero, otherwise 0.</summary>
internal readonly struct IsZero<T> : IUnary<T, T>
    where T : unmanaged, IBinaryInteger<T>
{
    public static T Apply(T a) => T.IsZero(a) ? T.One : T.Zero;
}

/// <summary>Amounts beyond the width give zero.</summary>
internal readonly struct ShiftLeft<T> : IBinary<T, uint, T>
    where T : unmanaged, IBinaryInteger<T>
{
    public static unsafe T Apply(T a, uint b) => b >= 8 * sizeof(T) ? T.Zero : a << (int)b;
}

/// <summary>Amounts beyond the width give zero or, for signed types, the sign.</summary>
internal readonly struct ShiftRight<T> : IBinary<T, uint, T>
    where T : unmanaged, IBinaryInteger<T>
{
    public static unsafe T Apply(T a, uint b) =>
        b < 8 * sizeof(T) ? a >> (int)b : T.IsNegative(a) ? ~T.Zero : T.Zero;
}

/// <summary>shf.l: the upper word of b:a shifted left; the amount is limited to 32 or wrapped.</summary>
internal readonly struct FunnelLeft<TAmount> : ITernary<uint, uint, uint, uint>
    where TAmount : IUnary<uint, uint>
{
    public static uint Apply(uint a, uint b, uint c) => (uint)((((ulong)b << 32 | a) << (int)TAmount.Apply(c)) >> 32);
}

/// <summary>shf.r: the lower word of b:a shifted right.</summary>
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

/// <summary>bfe: c bits of a from bit b; a signed type extends the sign of the field.</summary>
internal readonly struct ExtractField<T> : ITernary<T, uint, uint, T>
    where T : unmanaged, IBinaryInteger<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe T Apply(T a, uint b, uint c)
    {
        int width = 8 * sizeof(T), position = (int)(b & 0xFF), length = (int)(c & 0xFF);
        var signed = T.IsNegative(~T.Zero);
        if (length == 0) return T.Zero;
        var last = Math.Min(position + length - 1, width - 1);
        var sign = signed && !T.IsZero(a >> last & T.One);
        var result = sign ? ~T.Zero : T.Zero;
        if (position >= width) return result;
        var kept = Math.Min(length, width - position);
        var mask = kept == width ? ~T.Zero : (T.One << kept) - T.One;
        return (result & ~mask) | (a >> position & mask);
    }
}

/// <summary>bfi, without its position and length, which come first.</summary>
internal static class BitField
{
    /// <summary>b with a in the bits from <paramref name="position"/>.</summary>
    public static unsafe T Insert<T>(T a, T b, uint position, uint length)
        where T : unmanaged, IBinaryInteger<T>
    {
        int width = 8 * sizeof(T), first = (int)(position & 0xFF), count = (int)(length & 0xFF);
        if (count == 0 || first >= width) return b;
        var kept = Math.Min(count, width - first);
        var mask = (kept == width ? ~T.Zero : (T.One << kept) - T.One) << first;
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
        var result = T.Zero;
        for (var bit = 0; bit < 8 * sizeof(T); bit++) result = result << 1 | (a >> bit & T.One);
        return result;
    }
}

/// <summary>bfind: the place of the highest bit that differs from the sign; all ones when there is none.</summary>
internal readonly struct FindHighest<T> : IUnary<T, uint>
    where T : unmanaged, IBinaryInteger<T>
{
    public static unsafe uint Apply(T a)
    {
        if (T.IsNegative(a)) a = ~a;
        return T.IsZero(a) ? uint.MaxValue : (uint)(8 * sizeof(T) - 1) - uint.CreateTruncating(T.LeadingZeroCount(a));
    }
}

/// <summary>prmt in its default form: each nibble of c picks a byte of b:a, or its sign.</summary>
internal readonly struct Permute : ITernary<uint, uint, uint, uint>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Apply(uint a, uint b, uint c)
    {
        var bytes = (ulong)b << 32 | a;
        uint result = 0;
        for (var i = 0; i < 4; i++)
        {
            var selector = c >> (4 * i);
            var picked = (uint)(bytes >> (int)(8 * (selector & 7))) & 0xFF;
            if ((selector & 8) != 0) picked = (picked & 0x80) != 0 ? 0xFFu : 0;
            result |= picked << (8 * i);
        }

        return result;
    }
}
