namespace LLamaNet.PtxInterpreter.Hopper;

/// <summary>What is known about an mbarrier beside its 64 bits: what those who arrived had done before.</summary>
internal sealed class BarrierHistory(uint[] arrived)
{
    /// <summary>Vector clocks of all that arrived so far.</summary>
    public uint[] Arrived { get; } = arrived;

    /// <summary>The same as of the end of the last phase: what its waiters learn.</summary>
    public uint[] Ended { get; set; } = new uint[arrived.Length];

    /// <summary>A fence after the init has made the barrier known to the copy engine.</summary>
    public bool Fenced { get; set; }

    /// <summary>The thread that made it.</summary>
    public required int Maker { get; init; }
}
