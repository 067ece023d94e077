namespace LLamaNet.Backends.Cuda.Driver;

// A mark in a stream's work.
internal sealed unsafe class CudaEvent : IDisposable
{
    private const uint DisableTiming = 2;

    private readonly CudaHandle _handle;

    // isTimed: it can be asked for times, which makes recording it dearer.
    public CudaEvent(CudaContext context, bool isTimed = false)
    {
        Context = context;
        context.MakeCurrent();
        nint handle;
        context.Driver.Check(context.Driver.EventCreate(&handle, isTimed ? 0 : DisableTiming), "cuEventCreate");
        _handle = new CudaHandle(context.Handle, handle, context.Driver.EventDestroy);
    }

    public CudaContext Context { get; }

    public nint Handle => _handle.Value;

    public void Record(CudaStream stream)
    {
        Context.MakeCurrent();
        Context.Driver.Check(Context.Driver.EventRecord(Handle, stream.Handle), "cuEventRecord");
        GC.KeepAlive(stream);
        GC.KeepAlive(this);
    }

    public void Synchronize()
    {
        Context.MakeCurrent();
        Context.Driver.Check(Context.Driver.EventSynchronize(Handle), "cuEventSynchronize");
        GC.KeepAlive(this);
    }

    // Between two timed events that are done.
    public float ElapsedMilliseconds(CudaEvent since)
    {
        Context.MakeCurrent();
        float milliseconds;
        Context.Driver.Check(Context.Driver.EventElapsedTime(&milliseconds, since.Handle, Handle), "cuEventElapsedTime");
        GC.KeepAlive(since);
        GC.KeepAlive(this);
        return milliseconds;
    }

    public void Dispose() => _handle.Dispose();
}
