namespace LLamaNet.Backends.Cuda.Driver;

// Memory of a device: [Count] elements, not initialized.
internal sealed unsafe class CudaDeviceVariable<T> : IDisposable
    where T : unmanaged
{
    private readonly CudaContext _context;
    private readonly CudaHandle _handle;

    public CudaDeviceVariable(CudaContext context, long count)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        _context = context;
        Count = count;
        Bytes = checked(count * sizeof(T));
        context.MakeCurrent();
        CUdeviceptr pointer;
        CUresult result = context.Driver.MemAlloc(&pointer, (nuint)Bytes);
        if (result == CUresult.OutOfMemory)
        {
            string detail = $"{Bytes} bytes wanted, {context.FreeBytes} of {context.TotalBytes} free on {context.DeviceName}";
            throw context.Driver.Failure(result, "cuMemAlloc", detail);
        }

        context.Driver.Check(result, "cuMemAlloc");
        _handle = new CudaHandle(context.Handle, (nint)pointer.Value, context.Driver.MemFree, Bytes);
    }

    public CUdeviceptr Pointer => new((ulong)_handle.Value);

    public long Count { get; }

    public long Bytes { get; }

    // Elements from `first` on. Not ordered with the work of any stream.
    public void CopyFrom(ReadOnlySpan<T> source, long first = 0)
    {
        _context.CopyToDevice(At(first, source.Length), source);
        GC.KeepAlive(this);
    }

    // Elements from `first` on. Not ordered with the work of any stream.
    public void CopyTo(Span<T> destination, long first = 0)
    {
        _context.CopyFromDevice(destination, At(first, destination.Length));
        GC.KeepAlive(this);
    }

    // Queues a copy of the first elements.
    public void CopyToAsync(PinnedMemory<T> destination, int count, CudaStream stream)
    {
        stream.CopyFromDevice(destination, 0, count, At(0, count));
        GC.KeepAlive(this);
    }

    // Queues zeros.
    public void Clear(CudaStream stream)
    {
        stream.Clear(Pointer, Bytes);
        GC.KeepAlive(this);
    }

    public void Dispose() => _handle.Dispose();

    private CUdeviceptr At(long first, long count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(first);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Count - first);
        return Pointer + (first * sizeof(T));
    }
}
