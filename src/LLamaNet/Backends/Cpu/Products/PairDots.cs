using System.Runtime.CompilerServices;
using LLamaNet.Backends.Cpu.Simd;

namespace LLamaNet.Backends.Cpu.Products;

// Products are added as shorts while they fit. A pair of b-bit by 8-bit products is at most 2 * (2^b - 1) * 127:
// eight pairs fit for 4 bits (30480), four for 5 (31496), two for 6 (32004), none for 8. Weights of 8 bits come in halves.
// Widening to ints multiplies by the sub-block's multiplier on the way.
internal readonly unsafe struct PairDots<TRegister> : IByteDots<TRegister>
    where TRegister : unmanaged, IPairRegister<TRegister>
{
    public static bool HalvesBytes => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TRegister LoadMultipliers(sbyte* multipliers) => TRegister.LoadSBytePairs(multipliers, multipliers);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TRegister Dot(
        int bits, int multipliers,
        TRegister w0, TRegister w1, TRegister w2, TRegister w3, TRegister w4, TRegister w5, TRegister w6, TRegister w7,
        TRegister h0, TRegister h1, TRegister h2, TRegister h3, TRegister h4, TRegister h5, TRegister h6, TRegister h7,
        TRegister first, TRegister second, byte* values)
    {
        if (bits == 6)
        {
            TRegister a = TRegister.MultiplyShorts(
                TRegister.AddShorts(Products(w0, values), Products(w1, values + 4)), first);
            TRegister b = TRegister.MultiplyShorts(
                TRegister.AddShorts(Products(w2, values + 8), Products(w3, values + 12)), first);
            TRegister c = TRegister.MultiplyShorts(
                TRegister.AddShorts(Products(w4, values + 16), Products(w5, values + 20)), second);
            TRegister d = TRegister.MultiplyShorts(
                TRegister.AddShorts(Products(w6, values + 24), Products(w7, values + 28)), second);
            return TRegister.AddInts(TRegister.AddInts(a, b), TRegister.AddInts(c, d));
        }

        TRegister lower = FourGroups(w0, w1, w2, w3, values);
        TRegister upper = FourGroups(w4, w5, w6, w7, values + 16);
        if (bits <= 4 && multipliers < 2) return TRegister.MultiplyShorts(TRegister.AddShorts(lower, upper), first);
        if (bits < 8) return TRegister.AddInts(TRegister.MultiplyShorts(lower, first), TRegister.MultiplyShorts(upper, second));

        TRegister high = TRegister.AddShorts(FourGroups(h0, h1, h2, h3, values), FourGroups(h4, h5, h6, h7, values + 16));
        TRegister highFactor = multipliers == 0 ? TRegister.SplatShort(16) : TRegister.ShiftLeft(first, 4);
        return TRegister.AddInts(
            TRegister.MultiplyShorts(TRegister.AddShorts(lower, upper), first), TRegister.MultiplyShorts(high, highFactor));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TRegister FourGroups(TRegister w0, TRegister w1, TRegister w2, TRegister w3, byte* values) =>
        TRegister.AddShorts(
            TRegister.AddShorts(Products(w0, values), Products(w1, values + 4)),
            TRegister.AddShorts(Products(w2, values + 8), Products(w3, values + 12)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TRegister Products(TRegister weights, byte* values) =>
        TRegister.MultiplyBytes(weights, TRegister.Broadcast(values));
}
