namespace LLamaNet.PtxInterpreter.Driver;

// Work to be done in order.
internal sealed class SimulatedStream(SimulatedContext context) : IOwned, IAwaited
{
    public SimulatedContext Context { get; } = context;

    public Queue<Work> Work { get; } = new();

    // Where the stream's work goes while it is captured.
    public Capture? Capture { get; set; }

    // Captured nodes that the next one comes after.
    public int[] Tail { get; set; } = [];

    public bool IsDone => Work.Count == 0;

    // The oldest work waits for nothing.
    public bool IsReady => Work.TryPeek(out Work work) && work.IsReady;

    public void Add(in Work work)
    {
        if (Capture is null) Work.Enqueue(work);
        else Tail = [Capture.Add(work, Tail)];
    }

    public override string ToString() => "stream";
}
