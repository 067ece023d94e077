using LLamaNet.PtxInterpreter.Execution;

namespace LLamaNet.PtxInterpreter.Memory;

// For each word of an allocation, the thread that stored to it last: its block, in which launch, when, and to which bytes.
// Blocks of a launch run in any order on a GPU: what one writes, no other may read or write differently; threads of a block
// need a barrier.
internal sealed class GlobalWriters(long bytes)
{
    // From the lowest bit: block (32), bytes of the word (4), launch (28).
    private readonly ulong[] _stamps = new ulong[(bytes + 3) / 4];

    // From the lowest bit: thread (16), clock of its warp (32).
    private readonly ulong[] _threads = new ulong[(bytes + 3) / 4];

    // Another block that stored to one of the bytes in this launch, or -1.
    public int FindOther(uint launch, int block, long offset, int bytes)
    {
        for (long at = offset; at < offset + bytes; at = (at | 3) + 1)
        {
            ulong stamp = _stamps[at >> 2];
            if ((uint)(stamp >> 36) == (launch & 0xFFFFFFF) && (int)(uint)stamp != block
                && ((uint)(stamp >> 32) & Mask(at, offset + bytes)) != 0)
                return (int)(uint)stamp;
        }

        return -1;
    }

    // A thread of the block that stored to one of the bytes in this launch, and when, if nothing orders it before the warp's
    // access.
    public int FindUnordered(Warp warp, int lane, long offset, int bytes)
    {
        ulong own = (ulong)(warp.Block.Launch & 0xFFFFFFF) << 36 | (uint)warp.Block.Number;
        for (long at = offset; at < offset + bytes; at = (at | 3) + 1)
        {
            ulong stamp = _stamps[at >> 2];
            if ((stamp & ~(0xFUL << 32)) != own || ((uint)(stamp >> 32) & Mask(at, offset + bytes)) == 0) continue;
            int thread = (ushort)_threads[at >> 2], other = thread / Warp.Lanes;
            uint clock = (uint)(_threads[at >> 2] >> 16);
            if (thread == warp.Thread(lane)) continue;
            VectorClocks clocks = warp.Block.Clocks;
            if (other == warp.Index ? clock == clocks.Now(other) : !clocks.Knows(warp.Index, other, clock)) return thread;
        }

        return -1;
    }

    public void Set(Warp warp, int lane, long offset, int bytes)
    {
        uint launch = warp.Block.Launch;
        int block = warp.Block.Number;
        ulong thread = (ulong)warp.Block.Clocks.Now(warp.Index) << 16 | (uint)warp.Thread(lane);
        for (long at = offset; at < offset + bytes; at = (at | 3) + 1)
        {
            _threads[at >> 2] = thread;
            ref ulong stamp = ref _stamps[at >> 2];
            ulong own = (ulong)(launch & 0xFFFFFFF) << 36 | (uint)block;
            ulong mask = (ulong)Mask(at, offset + bytes) << 32;
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
