namespace LLamaNet.Backends.Cuda.Driver;

// Memory of the host that the device copies to and from by itself: [Count] elements.
internal sealed unsafe class PinnedMemory<T> : IDisposable
    where T : unmanaged
{
    private readonly CudaHandle _handle;

    public PinnedMemory(CudaContext context, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        Count = count;
        context.MakeCurrent();
        nuint bytes = checked((nuint)count * (nuint)sizeof(T));
        nint pointer;
        CUresult result = context.Driver.MemAllocHost(&pointer, bytes);
        if (result != CUresult.Success)
            throw context.Driver.Failure(result, "cuMemAllocHost", $"{bytes} bytes of the host wanted");
        _handle = new CudaHandle(context.Handle, pointer, context.Driver.MemFreeHost);
    }

    public int Count { get; }

    public T* Pointer => (T*)_handle.Value;

    public Span<T> Span => new(Pointer, Count);

    // Elements [first, first + count), checked.
    public T* At(int first, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(first);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Count - first);
        return Pointer + first;
    }

    public void Dispose() => _handle.Dispose();
}
