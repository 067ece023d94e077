using LLamaNet.PtxInterpreter.Instructions;

namespace LLamaNet.PtxInterpreter.Execution;

// Runs the warps of a block in turn, opens its barriers, and sees when nothing can go on.
internal sealed unsafe class BlockRunner(ThreadBlock block, long maximumInstructions)
{
    // Rounds in which all warps only repeat waits that fail, until they are taken to wait for ever.
    private const int IdleRounds = 64;

    public void Run()
    {
        int idle = 0;
        while (block.LiveWarps > 0)
        {
            bool progress = false;
            for (int i = 0; i < block.WarpCount; i++)
            {
                Warp warp = block.Warp(i);
                if (warp.Live != 0 && warp.WaitsAtBarrier < 0) progress |= WarpRunner.Run(warp);
                if (block.Instructions > maximumInstructions) throw Endless();
            }

            progress |= OpenBarriers();
            if (progress)
            {
                idle = 0;
                continue;
            }

            if (block.InFlight.TryDequeue(out AsynchronousOperation? operation)) operation.Complete(block);
            else if (++idle > IdleRounds || !AnyStalled()) throw Stuck();
        }
    }

    private bool OpenBarriers()
    {
        bool opened = false;
        for (int id = 0; id < ThreadBlock.BarrierCount; id++)
        {
            BlockBarrier barrier = block.Barriers[id];
            if (barrier.Arrived == 0) continue;
            int expected = barrier.Expected == 0 ? block.LiveWarps * Warp.Lanes : barrier.Expected;
            if (barrier.Arrived < expected) continue;
            uint[] clocks = barrier.Open();
            for (int i = 0; i < block.WarpCount; i++)
            {
                Warp warp = block.Warp(i);
                if (warp.WaitsAtBarrier != id) continue;
                block.Clocks.Acquire(i, clocks);
                warp.WaitsAtBarrier = -1;
                if (warp.AwaitsVotes != null) BarrierInstructions.SetVotes(warp, barrier.Votes);
            }

            opened = true;
        }

        return opened;
    }

    private bool AnyStalled()
    {
        for (int i = 0; i < block.WarpCount; i++)
        {
            foreach (Fragment fragment in block.Warp(i).Fragments)
                if (fragment.State == FragmentState.Stalled) return true;
        }

        return false;
    }

    // Says where the first warp that is stuck inside itself waits; else where barriers or waits hold everybody.
    private PtxFaultException Stuck()
    {
        Warp? atBarrier = null;
        for (int i = 0; i < block.WarpCount; i++)
        {
            Warp warp = block.Warp(i);
            foreach (Fragment fragment in warp.Fragments)
            {
                if (fragment.State == FragmentState.Waiting) return Divergent(warp, fragment);
                if (fragment.State == FragmentState.Stalled)
                    return warp.Fault(FaultKind.Deadlock, At(fragment.Place - 1), fragment.Mask, "a wait that never ends");
            }

            if (warp.WaitsAtBarrier >= 0) atBarrier ??= warp;
        }

        Fragment place = atBarrier!.Fragments[0];
        BlockBarrier barrier = block.Barriers[atBarrier.WaitsAtBarrier];
        return atBarrier.Fault(FaultKind.Deadlock, At(place.Place - 1), place.Mask,
            $"barrier {atBarrier.WaitsAtBarrier} never opens: {barrier.Arrived} threads have arrived, "
            + $"{(barrier.Expected == 0 ? block.LiveWarps * Warp.Lanes : barrier.Expected)} are expected");
    }

    private PtxFaultException Divergent(Warp warp, Fragment fragment) =>
        warp.Fault(FaultKind.DivergentCollective, At(fragment.Place), fragment.Mask,
            $"only lanes 0x{fragment.Mask:x8} of the warp arrive at an instruction that others must execute with them");

    private PtxFaultException Endless() => block.Fault(
        FaultKind.Endless, -1, null, $"the block has not ended after {maximumInstructions} instructions of its warps");

    private Instruction* At(int place) => block.Kernel.Instructions + place;
}
