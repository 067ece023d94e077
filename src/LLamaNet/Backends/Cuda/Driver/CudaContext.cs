using System.Runtime.CompilerServices;

namespace LLamaNet.Backends.Cuda.Driver;

// A GPU in use: the device's primary context, which all users in the process share. It may be disposed before what was made
// in it; the driver's context then lives on until the last of those is gone, but nothing new can be done with it.
internal sealed unsafe class CudaContext : IDisposable
{
    private bool _isDisposed;

    public CudaContext(CudaDriver driver, int ordinal)
    {
        Driver = driver;
        Device = CudaDevice.Read(driver, ordinal);
        if (Device.Refusal is not null)
            throw new CudaException($"GPU {ordinal}, {Device.Name}, cannot be used: {Device.Refusal}");
        Handle = new ContextHandle(driver, Device.Handle);
    }

    public CudaDriver Driver { get; }

    public CudaDevice Device { get; }

    public string DeviceName => Device.Name;

    public ComputeCapability ComputeCapability => Device.ComputeCapability;

    public int Multiprocessors => Device.Multiprocessors;

    // The most a block may have when its kernel asks for it.
    public int SharedBytesPerBlock => Device.SharedBytesPerBlock;

    public long TotalBytes => Device.TotalBytes;

    public long FreeBytes
    {
        get
        {
            MakeCurrent();
            nuint free, total;
            Driver.Check(Driver.MemGetInfo(&free, &total), "cuMemGetInfo");
            return (long)free;
        }
    }

    public ContextHandle Handle { get; }

    // For the calling thread; everything in this folder does it by itself.
    public void MakeCurrent()
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        Driver.Check(Handle.SetCurrent(), "cuCtxSetCurrent");
    }

    // Waits for all streams.
    public void Synchronize()
    {
        MakeCurrent();
        Driver.Check(Driver.CtxSynchronize(), "cuCtxSynchronize");
        GC.KeepAlive(this);
    }

    // Returns when the device has it all. Not ordered with the work of any stream.
    public void CopyToDevice<T>(CUdeviceptr destination, ReadOnlySpan<T> source)
        where T : unmanaged
    {
        MakeCurrent();
        fixed (T* first = source)
            Driver.Check(Driver.MemcpyHtoD(destination, first, (nuint)source.Length * (nuint)Unsafe.SizeOf<T>()), "cuMemcpyHtoD");
        // The driver returns when it has a copy of the source, and our streams do not wait for its default stream (0).
        Driver.Check(Driver.StreamSynchronize(0), "cuStreamSynchronize");
        GC.KeepAlive(this);
    }

    // Not ordered with the work of any stream: synchronize what writes the source first.
    public void CopyFromDevice<T>(Span<T> destination, CUdeviceptr source)
        where T : unmanaged
    {
        MakeCurrent();
        fixed (T* first = destination)
            Driver.Check(Driver.MemcpyDtoH(first, source, (nuint)destination.Length * (nuint)Unsafe.SizeOf<T>()), "cuMemcpyDtoH");
        GC.KeepAlive(this);
    }

    public void Dispose()
    {
        _isDisposed = true;
        Handle.Dispose();
    }
}
