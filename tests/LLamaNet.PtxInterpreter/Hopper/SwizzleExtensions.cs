namespace LLamaNet.PtxInterpreter.Hopper;

internal static class SwizzleExtensions
{
    // Where the byte that a plain layout has at the address stands. Its own inverse.
    public static uint Apply(this Swizzle swizzle, uint address) => swizzle switch
    {
        Swizzle.Bytes32 => address ^ (address >> 3 & 0x10),
        Swizzle.Bytes64 => address ^ (address >> 3 & 0x30),
        Swizzle.Bytes128 => address ^ (address >> 3 & 0x70),
        _ => address,
    };

    // Bytes inside which chunks change places; 0: none do.
    public static int Span(this Swizzle swizzle) => swizzle == Swizzle.None ? 0 : 16 << (int)swizzle;
}
