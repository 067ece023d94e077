using static LLamaNet.PtxInterpreter.Driver.DriverResult;

namespace LLamaNet.PtxInterpreter.Driver;

internal sealed unsafe class EventCalls(DriverState state)
{
    private const uint DisableTiming = 2;

    public void AddTo(EntryTable table)
    {
        table.Add(
            "cuEventCreate", EntryNeeds.Context,
            (@event, flags) => *(nint*)@event = Create(isTimed: ((uint)flags & DisableTiming) == 0));
        table.Add("cuEventDestroy_v2", EntryNeeds.Context, @event => state.Handles.Remove<SimulatedEvent>(@event));
        table.Add("cuEventRecord", EntryNeeds.Context, (@event, stream) => Record(Event(@event), stream));
        table.Add("cuEventSynchronize", EntryNeeds.Context, @event => state.Wait(state.Current, Settled(@event)));
        table.Add("cuEventElapsedTime", EntryNeeds.Context, (milliseconds, start, end) =>
            *(float*)milliseconds = Elapsed(Settled(start), Settled(end)));
    }

    private static float Elapsed(SimulatedEvent start, SimulatedEvent end)
    {
        if (!start.IsTimed || !end.IsTimed || start.Recorded == 0 || end.Recorded == 0)
            throw new DriverErrorException(CUDA_ERROR_INVALID_HANDLE, "an event takes no times or was never recorded");
        if (!start.IsDone || !end.IsDone) throw new DriverErrorException(CUDA_ERROR_NOT_READY, "an event is not reached yet");
        return (float)(end.ReachedAt - start.ReachedAt).TotalMilliseconds;
    }

    private nint Create(bool isTimed) => state.Handles.Add(new SimulatedEvent(state.Current, isTimed));

    private void Record(SimulatedEvent @event, nint handle)
    {
        SimulatedStream stream = state.Handles.Get<SimulatedStream>(handle);
        if (stream.Capture is { } capture)
        {
            @event.Captured = (capture, stream.Tail);
            return;
        }

        @event.Captured = null;
        stream.Add(new Work(WorkKind.RecordEvent) { Event = @event, Recording = ++@event.Recorded });
    }

    private SimulatedEvent Event(nint handle) => state.Handles.Get<SimulatedEvent>(handle);

    // Captured events have no moment: they can be waited for by streams of their capture only.
    private SimulatedEvent Settled(nint handle)
    {
        SimulatedEvent @event = Event(handle);
        if (@event.Captured is not { } captured) return @event;
        captured.Capture.IsInvalid = true;
        throw new DriverErrorException(CUDA_ERROR_CAPTURED_EVENT, "the event was last recorded in a capture");
    }
}
