using LLamaNet.PtxInterpreter.Execution;

namespace LLamaNet.PtxInterpreter.Hopper;

// What the instructions of sm_90a keep about the block that runs, beside its memory.
internal sealed class HopperState
{
    private readonly List<WgmmaQueue> _queues = [];

    public TransactionBarriers Barriers { get; } = new();

    public ProxyFences Fences { get; } = new();

    public RegisterCounts Registers { get; } = new();

    public WgmmaQueue Queue(Warp warp) => _queues[warp.Index];

    public void Reset(int warps)
    {
        Barriers.Reset();
        Fences.Reset(warps);
        Registers.Reset(warps);
        while (_queues.Count < warps) _queues.Add(new WgmmaQueue());
        foreach (WgmmaQueue queue in _queues) queue.Reset();
    }
}
