namespace LLamaNet.PtxInterpreter.Hopper;

// The 64 bits by which wgmma finds a matrix of 16-bit values in shared memory whose rows run along k. Without swizzle, it
// consists of core matrices of 8 rows x 16 bytes, each 128 bytes in one piece; LeadingBytes lead to the next along k,
// StrideBytes to the next eight rows. With a swizzle of n bytes, eight rows of n bytes stand together, StrideBytes lead to
// the next eight, and LeadingBytes have no meaning.
internal readonly record struct MatrixDescriptor(ulong Bits)
{
    // Bits 0 to 13.
    public uint Start => Field(0);

    // Bits 16 to 29.
    public uint LeadingBytes => Field(16);

    // Bits 32 to 45.
    public uint StrideBytes => Field(32);

    // Bits 49 to 51: where the swizzle's pattern starts when not at its own multiple.
    public int BaseOffset => (int)(Bits >> 49 & 7);

    // Bits 62 and 63, which count the modes down from 128 bytes.
    public Swizzle Swizzle => (Bits >> 62) switch
    {
        0 => Swizzle.None,
        1 => Swizzle.Bytes128,
        2 => Swizzle.Bytes64,
        _ => Swizzle.Bytes32,
    };

    // The shared address of eight values of a row, k = 8 * chunk and on; chunk: 0 or 1.
    public uint ChunkAddress(int row, int chunk)
    {
        uint address = Start + (uint)(row / 8) * StrideBytes;
        return Swizzle == Swizzle.None
            ? address + (uint)(row % 8 * 16) + (uint)chunk * LeadingBytes
            : Swizzle.Apply(address + (uint)(row % 8 * Swizzle.Span()) + (uint)(16 * chunk));
    }

    // Every length is kept as (x and 0x3FFFF) / 16.
    private uint Field(int bit) => (uint)(Bits >> bit & 0x3FFF) << 4;
}
