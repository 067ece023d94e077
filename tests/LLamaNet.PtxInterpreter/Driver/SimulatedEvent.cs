namespace LLamaNet.PtxInterpreter.Driver;

// A mark that moves each time it is recorded. Waits are for the mark as it was when they were queued.
internal sealed class SimulatedEvent(SimulatedContext context, bool isTimed) : IOwned, IAwaited
{
    public SimulatedContext Context { get; } = context;

    public bool IsTimed { get; } = isTimed;

    // How often it was recorded.
    public long Recorded { get; set; }

    // Up to which recording the work before it is done.
    public long Reached { get; private set; }

    public TimeSpan ReachedAt { get; private set; }

    // The capture it was last recorded in, if it was in one, and the nodes before it there.
    public (Capture Capture, int[] Nodes)? Captured { get; set; }

    public bool IsDone => Reached == Recorded;

    public void Reach(long recording, TimeSpan at)
    {
        Reached = Math.Max(Reached, recording);
        ReachedAt = at;
    }

    public override string ToString() => "event";
}
