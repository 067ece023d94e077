using LLamaNet.PtxInterpreter.Execution;

namespace LLamaNet.PtxInterpreter.Hopper;

// The mbarriers of a block. Who arrives hands on what it did; who sees a phase end has that behind it. Their 64 bits lie in
// shared memory, where stray accesses are found as on any other.
internal sealed unsafe class TransactionBarriers
{
    private const int Bytes = 8;

    private readonly Dictionary<uint, BarrierHistory> _histories = [];

    public void Reset() => _histories.Clear();

    public void Init(Warp warp, Instruction* instruction, int lane, uint address, uint arrivals)
    {
        if (arrivals is < 1 or > TransactionBarrier.Maximum)
        {
            throw warp.FaultAt(FaultKind.InvalidOperand, instruction, lane,
                $"an mbarrier for {arrivals} arrivals: from 1 to 2^20 - 1 are allowed");
        }

        CheckAlignment(warp, instruction, lane, address);
        var place = (ulong*)warp.Block.Shared.Access(warp, instruction, lane, address, Bytes, write: true);
        *place = TransactionBarrier.Create((int)arrivals).Bits;
        _histories[address] = new BarrierHistory(warp.Block.Clocks.Create()) { Maker = warp.Thread(lane) };
    }

    public void Invalidate(Warp warp, Instruction* instruction, int lane, uint address)
    {
        Find(warp, instruction, lane, address, out _);
        *(ulong*)warp.Block.Shared.Access(warp, instruction, lane, address, Bytes, write: true) = 0;
        _histories.Remove(address);
    }

    // The copy engine knows the barriers that the thread made.
    public void Fence(int thread)
    {
        foreach (BarrierHistory history in _histories.Values) history.Fenced |= history.Maker == thread;
    }

    // Announces bytes (0: none), then arrives (0: not).
    // Returns the state before the arrival.
    public ulong Arrive(Warp warp, Instruction* instruction, int lane, uint address, int count, int announced)
    {
        BarrierHistory history = Find(warp, instruction, lane, address, out ulong* place);
        var barrier = new TransactionBarrier(*place);
        TransactionBarrier before = barrier;
        if (count > 0) warp.Block.Clocks.Release(warp.Index, history.Arrived);
        string? error = barrier.Expect(announced);
        if (error is null && count > 0) error = barrier.Arrive(count);
        if (error is not null)
        {
            throw warp.FaultAt(FaultKind.InvalidOperand, instruction, lane,
                $"mbarrier at +{address}: {error}");
        }

        Set(place, history, before, barrier);
        return before.Bits;
    }

    // The copy engine has brought bytes.
    public void Complete(ThreadBlock block, uint address, int bytes)
    {
        // Taken away meanwhile, or never there: the copy's start was the place to complain.
        if (!_histories.TryGetValue(address, out BarrierHistory? history)) return;
        block.Clocks.Release(block.WarpCount, history.Arrived);
        var place = (ulong*)(block.Shared.Host + address);
        var barrier = new TransactionBarrier(*place);
        TransactionBarrier before = barrier;
        if (barrier.Expect(-bytes) is { } error)
        {
            throw block.Fault(FaultKind.InvalidOperand, -1, null,
                $"mbarrier at +{address}: {error}");
        }

        Set(place, history, before, barrier);
    }

    // A bulk copy may report to the barrier.
    public void CheckFenced(Warp warp, Instruction* instruction, int lane, uint address)
    {
        if (!Find(warp, instruction, lane, address, out _).Fenced)
        {
            throw warp.FaultAt(FaultKind.MissingFence, instruction, lane,
                $"the copy engine does not know the mbarrier at +{address}: "
                + "no fence.mbarrier_init or fence.proxy.async after init");
        }
    }

    // Whether the phase has ended; if so, the warp has behind it what came before the end.
    public bool Test(Warp warp, Instruction* instruction, int lane, uint address, int parity)
    {
        BarrierHistory history = Find(warp, instruction, lane, address, out ulong* place);
        if (!new TransactionBarrier(*place).HasEnded(parity)) return false;
        warp.Block.Clocks.Acquire(warp.Index, history.Ended);
        return true;
    }

    private BarrierHistory Find(Warp warp, Instruction* instruction, int lane, uint address, out ulong* place)
    {
        CheckAlignment(warp, instruction, lane, address);
        place = (ulong*)warp.Block.Shared.Access(warp, instruction, lane, address, Bytes, write: false, strong: true);
        return new TransactionBarrier(*place).IsMade && _histories.TryGetValue(address, out BarrierHistory? history)
            ? history
            : throw warp.FaultAt(FaultKind.InvalidOperand, instruction, lane, $"no mbarrier was made at +{address}");
    }

    private static void Set(ulong* place, BarrierHistory history, TransactionBarrier before, TransactionBarrier after)
    {
        *place = after.Bits;
        if (before.Parity != after.Parity) history.Ended = [.. history.Arrived];
    }

    private static void CheckAlignment(Warp warp, Instruction* instruction, int lane, uint address)
    {
        if (address % Bytes != 0)
        {
            throw warp.FaultAt(FaultKind.Misaligned, instruction, lane,
                $"an mbarrier at +{address}, which is no multiple of 8");
        }
    }
}
