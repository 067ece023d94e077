using static LLamaNet.PtxInterpreter.Driver.DriverResult;

namespace LLamaNet.PtxInterpreter.Driver;

// Memory and copies. Copies without a stream do not wait for streams, as those are made not to block. Such a copy to the
// device may still be under way when the call returns; one from the device is complete.
internal sealed unsafe class MemoryCalls(DriverState state)
{
    public void AddTo(EntryTable table)
    {
        table.Add("cuMemGetInfo_v2", EntryNeeds.Context, (free, total) =>
        {
            *(nuint*)free = (nuint)state.Current.Memory.FreeBytes;
            *(nuint*)total = (nuint)state.Current.Memory.TotalBytes;
        });
        table.Add(
            "cuMemAlloc_v2", EntryNeeds.ContextOutsideCapture,
            (pointer, bytes) => *(ulong*)pointer = state.Current.Allocate(bytes));
        table.Add("cuMemFree_v2", EntryNeeds.ContextOutsideCapture, pointer =>
        {
            state.Drain(state.Current, state.Current);
            state.Current.Free((ulong)pointer);
        });
        table.Add(
            "cuMemAllocHost_v2", EntryNeeds.ContextOutsideCapture,
            (pointer, bytes) => *(nint*)pointer = state.Current.AllocateHost(bytes));
        table.Add("cuMemFreeHost", EntryNeeds.ContextOutsideCapture, pointer =>
        {
            state.Drain(state.Current, state.Current);
            state.Current.FreeHost(pointer);
        });

        table.Add("cuMemcpyHtoD_v2", EntryNeeds.ContextOutsideCapture, (destination, source, bytes) =>
        {
            state.Current.CheckRange((ulong)destination, bytes);
            state.Current.DefaultStream.Add(new Work(WorkKind.CopyToDevice)
            {
                Destination = (ulong)destination,
                Staged = new ReadOnlySpan<byte>((void*)source, checked((int)bytes)).ToArray(),
                Bytes = bytes,
            });
        });
        table.Add("cuMemcpyDtoH_v2", EntryNeeds.ContextOutsideCapture, (destination, source, bytes) =>
        {
            state.Current.CheckRange((ulong)source, bytes);
            WorkLoop.RunCopies(state.Current);
            state.Current.CopyOut(new Span<byte>((void*)destination, checked((int)bytes)), (ulong)source);
        });

        table.Add("cuMemcpyHtoDAsync_v2", EntryNeeds.Context, CopyToDevice);
        table.Add("cuMemcpyDtoHAsync_v2", EntryNeeds.Context, CopyFromDevice);
        table.Add("cuMemcpyDtoDAsync_v2", EntryNeeds.Context, (destination, source, bytes, stream) =>
        {
            state.Current.CheckRange((ulong)destination, bytes);
            state.Current.CheckRange((ulong)source, bytes);
            Stream(stream).Add(new Work(WorkKind.CopyOnDevice)
            {
                Destination = (ulong)destination,
                Source = (ulong)source,
                Bytes = bytes,
            });
        });
        table.Add("cuMemsetD8Async", EntryNeeds.Context, (destination, value, bytes, stream) =>
        {
            state.Current.CheckRange((ulong)destination, bytes);
            Stream(stream).Add(new Work(WorkKind.Fill) { Destination = (ulong)destination, Value = (byte)value, Bytes = bytes });
        });
    }

    // Pinned memory is read when the copy is done; pageable memory is read at once.
    private void CopyToDevice(nint destination, nint source, nint bytes, nint stream)
    {
        state.Current.CheckRange((ulong)destination, bytes);
        byte[]? staged = state.Current.IsPinned(source, bytes)
            ? null
            : new ReadOnlySpan<byte>((void*)source, checked((int)bytes)).ToArray();
        Stream(stream).Add(new Work(WorkKind.CopyToDevice)
        {
            Destination = (ulong)destination,
            Host = source,
            Staged = staged,
            Bytes = bytes,
        });
    }

    // A copy to pageable memory returns when it is done.
    private void CopyFromDevice(nint destination, nint source, nint bytes, nint stream)
    {
        state.Current.CheckRange((ulong)source, bytes);
        bool isPinned = state.Current.IsPinned(destination, bytes);
        SimulatedStream queue = Stream(stream);
        if (!isPinned && queue.Capture is { } capture)
        {
            capture.IsInvalid = true;
            throw new DriverErrorException(
                CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED, "copies to pageable memory cannot be captured");
        }

        queue.Add(new Work(WorkKind.CopyFromDevice) { Source = (ulong)source, Host = destination, Bytes = bytes });
        if (!isPinned) state.Wait(state.Current, queue);
    }

    private SimulatedStream Stream(nint handle) => state.Handles.Get<SimulatedStream>(handle);
}
