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

    public void Dispose() => _handle.Dispose();
}
