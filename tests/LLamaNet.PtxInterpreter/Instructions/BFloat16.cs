namespace LLamaNet.PtxInterpreter.Instructions;

// The upper half of a float.
internal readonly record struct BFloat16(ushort Bits)
{
    public static explicit operator float(BFloat16 value) => BitConverter.UInt32BitsToSingle((uint)value.Bits << 16);

    // Rounds to nearest, ties to even; NaN becomes 0x7FFF, as the manual says.
    public static explicit operator BFloat16(float value)
    {
        if (float.IsNaN(value)) return new(0x7FFF);
        uint bits = BitConverter.SingleToUInt32Bits(value);
        return new((ushort)((bits + 0x7FFF + (bits >> 16 & 1)) >> 16));
    }

    // Rounds toward zero.
    public static BFloat16 Truncate(float value) =>
        float.IsNaN(value) ? new(0x7FFF) : new((ushort)(BitConverter.SingleToUInt32Bits(value) >> 16));
}
