namespace LLamaNet.PtxInterpreter.Memory;

// A piece of device memory and, for each byte, whether it has been written.
internal sealed unsafe class Allocation
{
    private readonly byte[] _bytes;
    private readonly byte[] _written;

    public Allocation(ulong start, long length)
    {
        Start = start;
        Length = length;
        // Sixteen bytes more than asked for, so that whole vectors can be read at the end.
        _bytes = GC.AllocateUninitializedArray<byte>(checked((int)length + 16), pinned: true);
        _written = GC.AllocateArray<byte>((int)(length / 8) + 8, pinned: true);
        fixed (byte* bytes = _bytes) Host = bytes;
        fixed (byte* written = _written) Written = written;
    }

    public ulong Start { get; }

    public long Length { get; }

    public ulong End => Start + (ulong)Length;

    public byte* Host { get; }

    // A bit for each byte.
    public byte* Written { get; }

    // Every byte has been written: reads need no look at the bits.
    public bool AllWritten { get; private set; }

    public bool Freed { get; set; }

    // Constant memory: kernels may not write.
    public bool ReadOnly { get; init; }

    // Which block wrote what; made when a kernel first stores here.
    public GlobalWriters? Writers { get; set; }

    // The last launch whose blocks stored here.
    public uint StoredIn { get; set; }

    // bytes: a power of two, at most 16; the offset is a multiple of it.
    public bool IsWritten(long offset, int bytes)
    {
        if (AllWritten) return true;
        byte* at = Written + (offset >> 3);
        return bytes switch
        {
            16 => *(ushort*)at == 0xFFFF,
            8 => *at == 0xFF,
            _ => (*at >> (int)(offset & 7) & ((1 << bytes) - 1)) == (1 << bytes) - 1,
        };
    }

    public void MarkWritten(long offset, int bytes)
    {
        if (AllWritten) return;
        byte* at = Written + (offset >> 3);
        if (bytes == 16) *(ushort*)at = 0xFFFF;
        else if (bytes == 8) *at = 0xFF;
        else *at |= (byte)(((1 << bytes) - 1) << (int)(offset & 7));
    }

    // Marks any run of bytes.
    public void MarkRange(long offset, long bytes, bool written = true)
    {
        if (offset == 0 && bytes == Length)
        {
            AllWritten = written;
            new Span<byte>(Written, _written.Length).Fill(written ? (byte)0xFF : (byte)0);
            return;
        }

        if (AllWritten && written) return;
        AllWritten = false;
        for (; bytes > 0 && (offset & 7) != 0; offset++, bytes--) Mark(offset, written);
        long whole = bytes >> 3;
        new Span<byte>(Written + (offset >> 3), (int)whole).Fill(written ? (byte)0xFF : (byte)0);
        for (offset += whole << 3, bytes &= 7; bytes > 0; offset++, bytes--) Mark(offset, written);
    }

    public bool WasWritten(long offset) => AllWritten || (Written[offset >> 3] >> (int)(offset & 7) & 1) != 0;

    private void Mark(long offset, bool written)
    {
        byte bit = (byte)(1 << (int)(offset & 7));
        if (written) Written[offset >> 3] |= bit;
        else Written[offset >> 3] &= (byte)~bit;
    }
}
