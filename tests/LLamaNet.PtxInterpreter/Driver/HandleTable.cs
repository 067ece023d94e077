using static LLamaNet.PtxInterpreter.Driver.DriverResult;

namespace LLamaNet.PtxInterpreter.Driver;

// Handles and what they stand for. A handle is never given out twice, so a stale one is always found.
internal sealed class HandleTable
{
    private readonly Dictionary<nint, object> _objects = [];
    private nint _next = 0x1000;

    public IEnumerable<object> All => _objects.Values;

    public nint Add(object subject)
    {
        nint handle = _next += 0x10;
        _objects.Add(handle, subject);
        return handle;
    }

    public T Get<T>(nint handle)
        where T : class
    {
        if (_objects.TryGetValue(handle, out object? found) && found is T subject) return subject;
        throw new DriverErrorException(
            CUDA_ERROR_INVALID_HANDLE, $"0x{handle:x} is no handle of a {typeof(T).Name}, or no longer one");
    }

    public T Remove<T>(nint handle)
        where T : class
    {
        T subject = Get<T>(handle);
        _objects.Remove(handle);
        return subject;
    }

    public void RemoveAll(Func<object, bool> isGone)
    {
        foreach ((nint handle, object subject) in _objects.ToList())
        {
            if (isGone(subject)) _objects.Remove(handle);
        }
    }
}
