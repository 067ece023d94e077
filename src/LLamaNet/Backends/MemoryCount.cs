namespace LLamaNet.Backends;

// Bytes that a device's allocations hold at the moment. Thread-safe: memory is also freed by finalizers.
internal sealed class MemoryCount
{
    private long _bytes;

    public long Bytes => Interlocked.Read(ref _bytes);

    public void Add(long bytes) => Interlocked.Add(ref _bytes, bytes);
}
