namespace LLamaNet.PtxInterpreter.Driver;

/// <summary>A mark that moves each time it is recorded. Waits are for the mark as it was when they were queued.</summary>
internal sealed class SimulatedEvent(SimulatedContext context, bool isTimed) : IOwned, IAwaited
{
    public SimulatedContext Context { get; } = context;

    public bool IsTimed { get; } = isTimed;

    /// <summary>How often it was recorded.</summary>
    public long Recorded { get; set; }

    /// <summary>Up to which recording the work before it is done.</summary>
    public long Reached { get; private set; }

    public TimeSpan ReachedAt { get; private set; }

    /// <summary>The capture it was last recorded in, if it was in one, and the nodes before it there.</summary>
    public (Capture Capture, int[] Nodes)? Captured { get; set; }

    public bool IsDone => Reached == Recorded;

    public void Reach(long recording, TimeSpan at)
    {
        Reached = Math.Max(Reached, recording);
        ReachedAt = at;
    }

    public override string ToString() => "event";
}
