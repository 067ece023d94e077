namespace LLamaNet.Backends.Cuda.Driver;

// Recorded work. It names memory and kernels by address: whoever recorded it keeps those alive.
internal sealed unsafe class CudaGraph : IDisposable
{
    private readonly CudaHandle _handle;

    public CudaGraph(CudaContext context, nint graph)
    {
        Context = context;
        _handle = new CudaHandle(context.Handle, graph, context.Driver.GraphDestroy);
    }

    public CudaContext Context { get; }

    public nint Handle => _handle.Value;

    // The instance does not need the graph any more.
    public CudaGraphInstance Instantiate()
    {
        Context.MakeCurrent();
        nint instance;
        Context.Driver.Check(Context.Driver.GraphInstantiate(&instance, Handle, 0), "cuGraphInstantiateWithFlags");
        GC.KeepAlive(this);
        return new CudaGraphInstance(Context, instance);
    }

    public void Dispose() => _handle.Dispose();
}
