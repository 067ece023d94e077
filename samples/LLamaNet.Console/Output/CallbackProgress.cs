namespace LLamaNet.Console.Output;

// Calls back at once on the reporting thread; Progress<T> would post to the pool and reorder.
internal sealed class CallbackProgress<T>(Action<T> callback) : IProgress<T>
{
    public void Report(T value) => callback(value);
}
