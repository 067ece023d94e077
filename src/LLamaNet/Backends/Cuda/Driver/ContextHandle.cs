using System.Runtime.InteropServices;

namespace LLamaNet.Backends.Cuda.Driver;

// One reference to a device's primary context. Every handle made in the context holds this one (SafeHandle's count), so the
// context goes last in whatever order, and on whatever thread, things are disposed or finalized.
internal sealed unsafe class ContextHandle : SafeHandle
{
    private readonly int _device;

    public ContextHandle(CudaDriver driver, int device)
        : base(0, ownsHandle: true)
    {
        Driver = driver;
        _device = device;
        nint context;
        driver.Check(driver.DevicePrimaryCtxRetain(&context, device), "cuDevicePrimaryCtxRetain");
        SetHandle(context);
    }

    public CudaDriver Driver { get; }

    // Device memory that was allocated through this reference.
    public MemoryCount Memory { get; } = new();

    public override bool IsInvalid => handle == 0;

    // Always asks the driver: another library on this thread may have changed what is current, and the call is cheap.
    public CUresult SetCurrent() => Driver.CtxSetCurrent(handle);

    protected override bool ReleaseHandle() => Driver.DevicePrimaryCtxRelease(_device) == CUresult.Success;
}
