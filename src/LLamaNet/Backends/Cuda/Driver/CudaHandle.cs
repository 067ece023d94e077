using System.Runtime.InteropServices;

namespace LLamaNet.Backends.Cuda.Driver;

// A stream, event, module, graph or block of memory, and the driver's function that frees it.
internal sealed unsafe class CudaHandle : SafeHandle
{
    private readonly ContextHandle _context;
    private readonly delegate* unmanaged<nint, CUresult> _free;
    private readonly long _bytes;

    // bytes: of device memory, which the context counts until they are freed.
    public CudaHandle(ContextHandle context, nint value, delegate* unmanaged<nint, CUresult> free, long bytes = 0)
        : base(0, ownsHandle: true)
    {
        bool isHeld = false;
        context.DangerousAddRef(ref isHeld);
        _context = context;
        _free = free;
        _bytes = bytes;
        context.Memory.Add(bytes);
        SetHandle(value);
    }

    public override bool IsInvalid => handle == 0;

    public nint Value
    {
        get
        {
            ObjectDisposedException.ThrowIf(IsClosed, this);
            return handle;
        }
    }

    // After a sticky error nothing can be freed; the process's end frees it.
    protected override bool ReleaseHandle()
    {
        bool isFreed = _context.SetCurrent() == CUresult.Success && _free(handle) == CUresult.Success;
        _context.Memory.Add(-_bytes);
        _context.DangerousRelease();
        return isFreed;
    }
}
