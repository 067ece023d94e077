namespace LLamaNet.PtxInterpreter.Driver;

/// <summary>Something to do on a device. A value, so that queueing costs no allocation beyond the queue.</summary>
internal readonly record struct Work(WorkKind Kind)
{
    public KernelLaunch? Launch { get; init; }

    public ulong Destination { get; init; }

    public ulong Source { get; init; }

    public nint Host { get; init; }

    /// <summary>What a copy to the device copies when its source was pageable: that is read when the copy is queued.</summary>
    public byte[]? Staged { get; init; }

    public long Bytes { get; init; }

    public byte Value { get; init; }

    public GraphNode[]? Nodes { get; init; }

    public SimulatedEvent? Event { get; init; }

    /// <summary>The recording of the event that is meant.</summary>
    public long Recording { get; init; }

    public bool IsReady => Kind != WorkKind.WaitForEvent || Event!.Reached >= Recording;
}
