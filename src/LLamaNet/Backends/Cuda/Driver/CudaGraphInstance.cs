namespace LLamaNet.Backends.Cuda.Driver;

// A graph ready to be launched, as often as wanted.
internal sealed unsafe class CudaGraphInstance : IDisposable
{
    private readonly CudaContext _context;
    private readonly CudaHandle _handle;

    public CudaGraphInstance(CudaContext context, nint instance)
    {
        _context = context;
        _handle = new CudaHandle(context.Handle, instance, context.Driver.GraphExecDestroy);
    }

    public void Launch(CudaStream stream)
    {
        _context.MakeCurrent();
        _context.Driver.Check(_context.Driver.GraphLaunch(_handle.Value, stream.Handle), "cuGraphLaunch");
        GC.KeepAlive(stream);
        GC.KeepAlive(this);
    }

    // Takes over the graph's arguments and launch shapes. False where that cannot be done and the graph must be instantiated:
    // it differs in more than those, or the driver is older than CUDA 12.
    public bool TryUpdate(CudaGraph graph)
    {
        if (_context.Driver.GraphExecUpdate is null) return false;
        _context.MakeCurrent();
        void** details = stackalloc void*[3]; // CUgraphExecUpdateResultInfo: which node differs
        CUresult result = _context.Driver.GraphExecUpdate(_handle.Value, graph.Handle, details);
        GC.KeepAlive(graph);
        GC.KeepAlive(this);
        if (result != CUresult.GraphExecUpdateFailure) _context.Driver.Check(result, "cuGraphExecUpdate");
        return result == CUresult.Success;
    }

    public void Dispose() => _handle.Dispose();
}
