namespace LLamaNet.PtxInterpreter.Hopper;

// What is known about an mbarrier beside its 64 bits: what those who arrived had done before.
internal sealed class BarrierHistory(uint[] arrived)
{
    // Vector clocks of all that arrived so far.
    public uint[] Arrived { get; } = arrived;

    // The same as of the end of the last phase: what its waiters learn.
    public uint[] Ended { get; set; } = new uint[arrived.Length];

    // A fence after the init has made the barrier known to the copy engine.
    public bool Fenced { get; set; }

    // The thread that made it.
    public required int Maker { get; init; }
}
