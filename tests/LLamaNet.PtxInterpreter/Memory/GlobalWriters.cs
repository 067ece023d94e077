namespace LLamaNet.PtxInterpreter.Memory;

/// <summary>
/// For each word of an allocation, the block that stored to it last, in which launch, and to which of its bytes. Blocks of a launch
/// run in any order on a GPU: what one writes, no other may read or write differently.
/// </summary>
internal sealed class GlobalWriters(long bytes)
{
    // From the lowest bit: block (32), bytes of the word (4), launch (28).
    private readonly ulong[] _stamps = new ulong[(bytes + 3) / 4];

    /// <summary>Another block that stored to one of the bytes in this launch, or -1.</summary>
    public int FindOther(uint launch, int block, long offset, int bytes)
    {
        for (var at = offset; at < offset + bytes; at = (at | 3) + 1)
        {
            var stamp = _stamps[at >> 2];
            if ((uint)(stamp >> 36) == (launch & 0xFFFFFFF) && (int)(uint)stamp != block && ((uint)(stamp >> 32) & Mask(at, offset + bytes)) != 0)
                return (int)(uint)stamp;
        }

        return -1;
    }

    public void Set(uint launch, int block, long offset, int bytes)
    {
        for (var at = offset; at < offset + bytes; at = (at | 3) + 1)
        {
            ref var stamp = ref _stamps[at >> 2];
            var own = (ulong)(launch & 0xFFFFFFF) << 36 | (uint)block;
            var mask = (ulong)Mask(at, offset + bytes) << 32;
            stamp = own | mask | ((stamp & ~(0xFUL << 32)) == own ? stamp & (0xFUL << 32) : 0);
        }
    }

    // The bytes of the word from the offset to the end.
    private static uint Mask(long at, long end)
    {
        int first = (int)(at & 3), count = (int)Math.Min(4 - first, end - at);
        return ((1u << count) - 1) << first;
    }
}
