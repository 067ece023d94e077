using static LLamaNet.PtxInterpreter.Driver.DriverResult;

namespace LLamaNet.PtxInterpreter.Driver;

// Streams and their capture. All are of the kind that does not block; the default stream (0) can only be waited for.
internal sealed unsafe class StreamCalls(DriverState state)
{
    private const int ThreadLocalCapture = 1;
    private const uint NonBlocking = 1;

    public void AddTo(EntryTable table)
    {
        table.Add("cuStreamCreate", EntryNeeds.Context, (stream, flags) => *(nint*)stream = Create((uint)flags));
        table.Add("cuStreamDestroy_v2", EntryNeeds.Context, Destroy);
        table.Add("cuStreamSynchronize", EntryNeeds.Context, Synchronize);
        table.Add("cuStreamWaitEvent", EntryNeeds.Context, (stream, @event, flags) => Wait(Stream(stream), @event));
        table.Add("cuStreamBeginCapture_v2", EntryNeeds.Context, (stream, mode) => BeginCapture(Stream(stream), (int)mode));
        table.Add("cuStreamEndCapture", EntryNeeds.Context, (stream, graph) =>
        {
            *(nint*)graph = 0;
            *(nint*)graph = EndCapture(Stream(stream));
        });
    }

    private nint Create(uint flags)
    {
        if (flags != NonBlocking)
            throw new DriverErrorException(CUDA_ERROR_INVALID_VALUE, "only streams that do not block are simulated");
        var stream = new SimulatedStream(state.Current);
        state.Current.Streams.Add(stream);
        return state.Handles.Add(stream);
    }

    // Returns at once; what is queued is still done.
    private void Destroy(nint handle)
    {
        SimulatedStream stream = state.Handles.Remove<SimulatedStream>(handle);
        if (stream.IsDone) stream.Context.Streams.Remove(stream);
    }

    private void Synchronize(nint handle)
    {
        if (handle == 0)
        {
            WorkLoop.RunCopies(state.Current);
            return;
        }

        SimulatedStream stream = Stream(handle);
        if (stream.Capture is { } capture)
        {
            capture.IsInvalid = true;
            throw new DriverErrorException(CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED, "a captured stream has nothing to wait for");
        }

        state.Wait(stream.Context, stream);
    }

    private void Wait(SimulatedStream stream, nint handle)
    {
        SimulatedEvent @event = state.Handles.Get<SimulatedEvent>(handle);
        if (@event.Captured is { } captured)
        {
            Join(stream, captured.Capture, captured.Nodes);
        }
        else if (stream.Capture is { } capture)
        {
            capture.IsInvalid = true;
            throw new DriverErrorException(
                CUDA_ERROR_STREAM_CAPTURE_ISOLATION, "captured work cannot wait for an event recorded outside the capture");
        }
        else
        {
            stream.Add(new Work(WorkKind.WaitForEvent) { Event = @event, Recording = @event.Recorded });
        }
    }

    // A stream that waits for captured work is captured from then on.
    private void Join(SimulatedStream stream, Capture capture, int[] nodes)
    {
        if (!state.Captures.Contains(capture))
            throw new DriverErrorException(CUDA_ERROR_CAPTURED_EVENT, "the event was last recorded in a capture that has ended");
        if (stream.Capture is { } other && other != capture)
        {
            capture.IsInvalid = other.IsInvalid = true;
            throw new DriverErrorException(CUDA_ERROR_STREAM_CAPTURE_MERGE, "two captures cannot become one");
        }

        stream.Capture = capture;
        stream.Tail = [.. stream.Tail.Union(nodes).Order()];
    }

    private void BeginCapture(SimulatedStream stream, int mode)
    {
        if (mode != ThreadLocalCapture)
            throw new DriverErrorException(CUDA_ERROR_INVALID_VALUE, "only captures of one thread's work are simulated");
        if (stream.Capture is not null)
            throw new DriverErrorException(CUDA_ERROR_ILLEGAL_STATE, "the stream is being captured already");
        stream.Capture = new Capture(stream, Environment.CurrentManagedThreadId);
        stream.Tail = [];
        state.Captures.Add(stream.Capture);
    }

    private nint EndCapture(SimulatedStream stream)
    {
        if (stream.Capture is not { } capture)
            throw new DriverErrorException(CUDA_ERROR_ILLEGAL_STATE, "the stream is not being captured");
        if (capture.Thread != Environment.CurrentManagedThreadId)
        {
            throw new DriverErrorException(
                CUDA_ERROR_STREAM_CAPTURE_WRONG_THREAD, "another thread began this capture and must end it");
        }

        if (capture.Origin != stream)
        {
            capture.IsInvalid = true;
            throw new DriverErrorException(
                CUDA_ERROR_STREAM_CAPTURE_UNMATCHED, "a capture is ended on the stream it was begun on");
        }

        bool isJoined = capture.IsJoined;
        state.Captures.Remove(capture);
        foreach (SimulatedStream member in stream.Context.Streams)
        {
            if (member.Capture == capture) member.Capture = null;
        }

        if (capture.IsInvalid)
            throw new DriverErrorException(CUDA_ERROR_STREAM_CAPTURE_INVALIDATED, "the capture was made invalid before its end");
        if (!isJoined)
        {
            throw new DriverErrorException(
                CUDA_ERROR_STREAM_CAPTURE_UNJOINED, "another stream's captured work was not waited for before the end");
        }

        return state.Handles.Add(new SimulatedGraph(stream.Context, capture.Nodes));
    }

    private SimulatedStream Stream(nint handle) => state.Handles.Get<SimulatedStream>(handle);
}
