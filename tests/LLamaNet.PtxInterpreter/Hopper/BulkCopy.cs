using LLamaNet.PtxInterpreter.Execution;

namespace LLamaNet.PtxInterpreter.Hopper;

// A copy from global to shared memory that the copy engine makes. What it reads is fixed at its start; the bytes are written,
// and count for the mbarrier, at its end.
internal sealed unsafe class BulkCopy(uint barrier, int bytes) : AsynchronousOperation
{
    public const int ChunkBytes = 16;

    private readonly List<(uint Address, UInt128 Content)> _chunks = [];

    // 16 bytes at a multiple of 16 in shared memory.
    public void Add(uint address, UInt128 content) => _chunks.Add((address, content));

    // From now on no access to the destination is allowed.
    public void Begin(Warp warp, Instruction* instruction, int lane)
    {
        foreach ((uint address, UInt128 _) in _chunks) warp.Block.Shared.BeginCopy(warp, instruction, lane, address, ChunkBytes);
        warp.Block.InFlight.Enqueue(this);
    }

    public override void Complete(ThreadBlock block)
    {
        // The copy engine counts as one more warp behind the block's own: who has not waited for the mbarrier does not know its
        // writes.
        foreach ((uint address, UInt128 content) in _chunks)
        {
            *(UInt128*)(block.Shared.Host + address) = content;
            block.Shared.EndCopy(block.WarpCount, block.WarpCount * Warp.Lanes, address, ChunkBytes);
        }

        block.Hopper.Barriers.Complete(block, barrier, bytes);
    }
}
