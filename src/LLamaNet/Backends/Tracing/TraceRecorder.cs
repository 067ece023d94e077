using System.Diagnostics;

namespace LLamaNet.Backends.Tracing;

// Adds up what operations take. Thread-safe.
internal sealed class TraceRecorder(string device, string timing, TraceCeilings? ceilings)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<Key, Sums> _sums = [];

    // ticks: of Stopwatch.
    public void Add(Key key, long ticks, OperationWork work)
    {
        lock (_lock)
        {
            Sums sums = _sums.GetValueOrDefault(key);
            _sums[key] = new(sums.Count + 1, sums.Ticks + ticks, sums.Work + work);
        }
    }

    // All since the last call.
    public StepTrace Take()
    {
        lock (_lock)
        {
            TracedOperation[] operations =
            [
                .. _sums.OrderByDescending(entry => entry.Value.Ticks).Select(entry => new TracedOperation(
                    entry.Key.Name, entry.Key.Operand, entry.Key.Rows, entry.Key.IsQuantized, entry.Value.Count,
                    Stopwatch.GetElapsedTime(0, entry.Value.Ticks), entry.Value.Work.Bytes, entry.Value.Work.Operations)),
            ];
            _sums.Clear();
            return new StepTrace(device, timing, operations) { Ceilings = ceilings };
        }
    }

    public readonly record struct Key(string Name, string Operand, int Rows, bool IsQuantized = false);

    private readonly record struct Sums(long Count, long Ticks, OperationWork Work);
}
