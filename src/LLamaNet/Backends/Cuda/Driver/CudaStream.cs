namespace LLamaNet.Backends.Cuda.Driver;

// A queue of work done in order. It does not wait for the driver's default stream, nor that for it.
internal sealed unsafe class CudaStream : IDisposable
{
    private const uint NonBlocking = 1;
    private const int CaptureThreadLocal = 1;

    private readonly CudaHandle _handle;

    public CudaStream(CudaContext context)
    {
        Context = context;
        context.MakeCurrent();
        nint stream;
        context.Driver.Check(context.Driver.StreamCreate(&stream, NonBlocking), "cuStreamCreate");
        _handle = new CudaHandle(context.Handle, stream, context.Driver.StreamDestroy);
    }

    public CudaContext Context { get; }

    public nint Handle => _handle.Value;

    // Blocks until everything queued so far is done.
    public void Synchronize()
    {
        Context.MakeCurrent();
        Context.Driver.Check(Context.Driver.StreamSynchronize(Handle), "cuStreamSynchronize");
        GC.KeepAlive(this);
    }

    // What is queued from now on waits for the event.
    public void Wait(CudaEvent @event)
    {
        Context.MakeCurrent();
        Context.Driver.Check(Context.Driver.StreamWaitEvent(Handle, @event.Handle, 0), "cuStreamWaitEvent");
        GC.KeepAlive(@event);
        GC.KeepAlive(this);
    }

    // Queues a copy on the device. The blocks must not overlap.
    public void Copy(CUdeviceptr destination, CUdeviceptr source, long bytes)
    {
        Context.MakeCurrent();
        Context.Driver.Check(Context.Driver.MemcpyDtoDAsync(destination, source, (nuint)bytes, Handle), "cuMemcpyDtoDAsync");
        GC.KeepAlive(this);
    }

    // Queues a copy of `count` elements from `first` on; they are read when the copy is done, not now.
    public void CopyToDevice<T>(CUdeviceptr destination, PinnedMemory<T> source, int first, int count)
        where T : unmanaged
    {
        T* from = source.At(first, count);
        Context.MakeCurrent();
        Context.Driver.Check(
            Context.Driver.MemcpyHtoDAsync(destination, from, (nuint)count * (nuint)sizeof(T), Handle), "cuMemcpyHtoDAsync");
        GC.KeepAlive(this);
    }

    // Queues a copy to `count` elements from `first` on; they are there after a synchronization.
    public void CopyFromDevice<T>(PinnedMemory<T> destination, int first, int count, CUdeviceptr source)
        where T : unmanaged
    {
        T* to = destination.At(first, count);
        Context.MakeCurrent();
        Context.Driver.Check(
            Context.Driver.MemcpyDtoHAsync(to, source, (nuint)count * (nuint)sizeof(T), Handle), "cuMemcpyDtoHAsync");
        GC.KeepAlive(this);
    }

    // Queues zeros.
    public void Clear(CUdeviceptr destination, long bytes)
    {
        Context.MakeCurrent();
        Context.Driver.Check(Context.Driver.MemsetD8Async(destination, 0, (nuint)bytes, Handle), "cuMemsetD8Async");
        GC.KeepAlive(this);
    }

    // From here to EndCapture work is recorded, not done. Other threads may use the device meanwhile; this one may only queue.
    public void BeginCapture()
    {
        Context.MakeCurrent();
        Context.Driver.Check(Context.Driver.StreamBeginCapture(Handle, CaptureThreadLocal), "cuStreamBeginCapture");
        GC.KeepAlive(this);
    }

    public CudaGraph EndCapture()
    {
        Context.MakeCurrent();
        nint graph;
        Context.Driver.Check(Context.Driver.StreamEndCapture(Handle, &graph), "cuStreamEndCapture");
        GC.KeepAlive(this);
        return new CudaGraph(Context, graph);
    }

    // Records what `queue` queues. Where it throws, the stream is as before.
    public CudaGraph Capture(Action queue)
    {
        BeginCapture();
        try
        {
            queue();
        }
        catch
        {
            nint graph;
            CUresult result = Context.Driver.StreamEndCapture(Handle, &graph);
            if (result == CUresult.Success && graph != 0) new CudaGraph(Context, graph).Dispose();
            throw;
        }

        return EndCapture();
    }

    public void Dispose() => _handle.Dispose();
}
