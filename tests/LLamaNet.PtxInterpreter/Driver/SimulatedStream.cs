namespace LLamaNet.PtxInterpreter.Driver;

/// <summary>Work to be done in order.</summary>
internal sealed class SimulatedStream(SimulatedContext context) : IOwned, IAwaited
{
    public SimulatedContext Context { get; } = context;

    public Queue<Work> Work { get; } = new();

    /// <summary>Where the stream's work goes while it is captured.</summary>
    public Capture? Capture { get; set; }

    /// <summary>Captured nodes that the next one comes after.</summary>
    public int[] Tail { get; set; } = [];

    public bool IsDone => Work.Count == 0;

    /// <summary>The oldest work waits for nothing.</summary>
    public bool IsReady => Work.TryPeek(out Work work) && work.IsReady;

    public void Add(in Work work)
    {
        if (Capture is null) Work.Enqueue(work);
        else Tail = [Capture.Add(work, Tail)];
    }

    public override string ToString() => "stream";
}
