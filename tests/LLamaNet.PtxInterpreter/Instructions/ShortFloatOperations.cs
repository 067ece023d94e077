namespace LLamaNet.PtxInterpreter.Instructions;

// Arithmetic on 16-bit floats: in float, which holds every sum and product so well that rounding once more is as rounding once.
// Types that only name a function share this file.

internal readonly struct Short<TFormat, TOperation> : IBinary<ushort, ushort, ushort>
    where TFormat : IShortFormat
    where TOperation : IBinary<float, float, float>
{
    public static ushort Apply(ushort a, ushort b) => TFormat.Narrow(TOperation.Apply(TFormat.Widen(a), TFormat.Widen(b)));
}

// The exact product and sum, rounded once.
internal readonly struct ShortMultiplyAdd<TFormat> : ITernary<ushort, ushort, ushort, ushort>
    where TFormat : IShortFormat
{
    public static ushort Apply(ushort a, ushort b, ushort c)
    {
        double sum = ((double)TFormat.Widen(a) * TFormat.Widen(b)) + TFormat.Widen(c);
        return TFormat.Narrow(RoundToOdd(sum));
    }

    // A float that a further rounding to fewer bits treats as it would the double.
    private static float RoundToOdd(double value)
    {
        float nearest = (float)value;
        if (nearest == value || !float.IsFinite(nearest)) return nearest;
        uint bits = BitConverter.SingleToUInt32Bits(nearest);
        if (Math.Abs(nearest) > Math.Abs(value)) bits--;
        return BitConverter.UInt32BitsToSingle(bits | 1);
    }
}

// The same operation on the two halves of a 32-bit register.
internal readonly struct Paired<TOperation> : IBinary<uint, uint, uint>
    where TOperation : IBinary<ushort, ushort, ushort>
{
    public static uint Apply(uint a, uint b) =>
        TOperation.Apply((ushort)a, (ushort)b) | (uint)TOperation.Apply((ushort)(a >> 16), (ushort)(b >> 16)) << 16;
}

internal readonly struct PairedTernary<TOperation> : ITernary<uint, uint, uint, uint>
    where TOperation : ITernary<ushort, ushort, ushort, ushort>
{
    public static uint Apply(uint a, uint b, uint c) => TOperation.Apply((ushort)a, (ushort)b, (ushort)c)
        | (uint)TOperation.Apply((ushort)(a >> 16), (ushort)(b >> 16), (ushort)(c >> 16)) << 16;
}

// The signs of one or two 16-bit floats, turned.
internal readonly struct FlipSigns : IUnary<uint, uint>
{
    public static uint Apply(uint a) => a ^ 0x80008000;
}

internal readonly struct ClearSigns : IUnary<uint, uint>
{
    public static uint Apply(uint a) => a & 0x7FFF7FFF;
}
