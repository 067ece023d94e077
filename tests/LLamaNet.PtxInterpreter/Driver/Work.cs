namespace LLamaNet.PtxInterpreter.Driver;

// Something to do on a device. A value, so that queueing costs no allocation beyond the queue.
internal readonly record struct Work(WorkKind Kind)
{
    public KernelLaunch? Launch { get; init; }

    public ulong Destination { get; init; }

    public ulong Source { get; init; }

    public nint Host { get; init; }

    // What a copy to the device copies when its source was pageable: that is read when the copy is queued.
    public byte[]? Staged { get; init; }

    public long Bytes { get; init; }

    public byte Value { get; init; }

    public GraphNode[]? Nodes { get; init; }

    public SimulatedEvent? Event { get; init; }

    // The recording of the event that is meant.
    public long Recording { get; init; }

    public bool IsReady => Kind != WorkKind.WaitForEvent || Event!.Reached >= Recording;
}
