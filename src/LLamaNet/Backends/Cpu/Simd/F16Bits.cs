namespace LLamaNet.Backends.Cpu.Simd;

// Widening any half: its exponent and mantissa, moved to a float's place, are the value times 2^-112. A finite half takes
// three operations. WidenedF16 takes more, but is as fast for subnormal halves; keys and values are rarely subnormal.
internal static class F16Bits
{
    public const int Shift = 13;
    public const int Bits = unchecked((int)0x8fffe000);
    public const float ExponentShift = 5.192296858534828e33f; // 2^112

    // What 2^112 makes of an all-ones exponent: infinity and NaN, which no finite half reaches.
    public const float InfinityLimit = 65536f;

    public const int SpecialExponent = 0x7f800000;
}
