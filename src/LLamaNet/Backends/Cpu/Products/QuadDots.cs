using System.Runtime.CompilerServices;
using LLamaNet.Backends.Cpu.Simd;

namespace LLamaNet.Backends.Cpu.Products;

// Products are added as ints, whatever the weights' bits.
internal readonly unsafe struct QuadDots<TRegister> : IByteDots<TRegister>
    where TRegister : unmanaged, IQuadRegister<TRegister>
{
    public static bool HalvesBytes => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TRegister LoadMultipliers(sbyte* multipliers) => TRegister.LoadSBytes(multipliers);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TRegister Dot(
        int bits, int multipliers,
        TRegister w0, TRegister w1, TRegister w2, TRegister w3, TRegister w4, TRegister w5, TRegister w6, TRegister w7,
        TRegister h0, TRegister h1, TRegister h2, TRegister h3, TRegister h4, TRegister h5, TRegister h6, TRegister h7,
        TRegister first, TRegister second, byte* values)
    {
        TRegister lower = FourGroups(w0, w1, w2, w3, values);
        TRegister upper = FourGroups(w4, w5, w6, w7, values + 16);
        if (multipliers == 2)
            return TRegister.AddInts(TRegister.MultiplyInts(lower, first), TRegister.MultiplyInts(upper, second));
        TRegister sum = TRegister.AddInts(lower, upper);
        return multipliers == 0 ? sum : TRegister.MultiplyInts(sum, first);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TRegister FourGroups(TRegister w0, TRegister w1, TRegister w2, TRegister w3, byte* values)
    {
        TRegister sum = TRegister.DotBytes(TRegister.Zero, w0, TRegister.Broadcast(values));
        sum = TRegister.DotBytes(sum, w1, TRegister.Broadcast(values + 4));
        sum = TRegister.DotBytes(sum, w2, TRegister.Broadcast(values + 8));
        return TRegister.DotBytes(sum, w3, TRegister.Broadcast(values + 12));
    }
}
