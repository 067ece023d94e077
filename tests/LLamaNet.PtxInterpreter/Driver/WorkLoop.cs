using System.Diagnostics;

namespace LLamaNet.PtxInterpreter.Driver;

// Does queued work on a thread of its own, as a device does: what that allocates is not the waiting thread's. Among the
// streams, and among the nodes of a graph, that could go on, chance (seeded) decides.
internal sealed class WorkLoop(int seed) : IDisposable
{
    private readonly Random _random = new(seed);
    private readonly SemaphoreSlim _started = new(0);
    private readonly SemaphoreSlim _ended = new(0);
    private readonly List<SimulatedStream> _ready = [];
    private Thread? _thread;
    private (SimulatedContext Context, IAwaited Awaited)? _task;
    private Exception? _failure;

    // Returns when the awaited thing is done; throws what a kernel threw.
    public void Run(SimulatedContext context, IAwaited awaited)
    {
        if (awaited.IsDone) return;
        if (_thread is null)
        {
            _thread = new Thread(Loop) { IsBackground = true, Name = "interpreted GPU" };
            _thread.Start();
        }

        _task = (context, awaited);
        _started.Release();
        _ended.Wait();
        Exception? failure = _failure;
        _failure = null;
        if (failure is not null) throw failure;
    }

    // Does the copies of the default stream here and now; they wait for nothing.
    public static void RunCopies(SimulatedContext context)
    {
        while (context.DefaultStream.Work.TryDequeue(out Work work)) Do(context, work);
    }

    public void Dispose()
    {
        if (_thread is not null)
        {
            _task = null;
            _started.Release();
            _thread.Join();
        }

        _started.Dispose();
        _ended.Dispose();
    }

    private void Loop()
    {
        while (true)
        {
            _started.Wait();
            if (_task is not { } task) return;
            try
            {
                while (!task.Awaited.IsDone) Step(task.Context);
            }
            catch (Exception exception)
            {
                _failure = exception;
            }

            _ended.Release();
        }
    }

    private void Step(SimulatedContext context)
    {
        _ready.Clear();
        foreach (SimulatedStream stream in context.Streams)
        {
            if (stream.IsReady) _ready.Add(stream);
        }

        Work work = _ready[_random.Next(_ready.Count)].Work.Dequeue();
        if (work.Kind == WorkKind.Graph) RunGraph(context, work.Nodes!);
        else Do(context, work);
    }

    private void RunGraph(SimulatedContext context, GraphNode[] nodes)
    {
        bool[] isDone = new bool[nodes.Length];
        for (int done = 0; done < nodes.Length; done++)
        {
            bool IsReady(int node) => !isDone[node] && Array.TrueForAll(nodes[node].After, before => isDone[before]);
            int[] ready = [.. Enumerable.Range(0, nodes.Length).Where(IsReady)];
            int chosen = ready[_random.Next(ready.Length)];
            Do(context, nodes[chosen].Work);
            isDone[chosen] = true;
        }
    }

    private static unsafe void Do(SimulatedContext context, in Work work)
    {
        int bytes = (int)work.Bytes;
        switch (work.Kind)
        {
            case WorkKind.Kernel:
                context.Launch(work.Launch!);
                break;
            case WorkKind.CopyToDevice:
                context.CopyIn(work.Destination, work.Staged ?? new ReadOnlySpan<byte>((void*)work.Host, bytes));
                break;
            case WorkKind.CopyFromDevice:
                context.CopyOut(new Span<byte>((void*)work.Host, bytes), work.Source);
                break;
            case WorkKind.CopyOnDevice:
                context.Copy(work.Destination, work.Source, work.Bytes);
                break;
            case WorkKind.Fill:
                context.Fill(work.Destination, work.Value, work.Bytes);
                break;
            case WorkKind.RecordEvent:
                work.Event!.Reach(work.Recording, Stopwatch.GetElapsedTime(0));
                break;
            case WorkKind.WaitForEvent:
                break;
            default:
                throw new InvalidOperationException($"{work.Kind} cannot be done here.");
        }
    }
}
