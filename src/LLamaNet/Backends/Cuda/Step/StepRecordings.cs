using LLamaNet.Backends.Cuda.Driver;

namespace LLamaNet.Backends.Cuda.Step;

// Decode steps as graphs: one for each number of rows and of those that tokens are drawn from. The second step of a
// form is recorded, so that whatever happens only once, such as compiling a kernel, has happened.
internal sealed class StepRecordings : IDisposable
{
    // Forms kept: a graph takes memory that no plan counts. The form unused for longest makes room for a new one.
    public const int MaxForms = 64;

    private readonly Dictionary<(int Rows, int Sampled), Recording> _recordings = [];
    private long _uses;

    // Null until a step of this form has been launched operation by operation.
    public Recording? Find(Batch batch)
    {
        if (!_recordings.TryGetValue((batch.Count, batch.SampledCount), out Recording? recording)) return null;
        recording.LastUse = ++_uses;
        return recording;
    }

    // Such a step has been launched: the next one can be recorded.
    public void Expect(Batch batch)
    {
        if (_recordings.Count == MaxForms)
        {
            ((int, int) form, Recording oldest) = _recordings.MinBy(entry => entry.Value.LastUse);
            oldest.Graph?.Dispose();
            _recordings.Remove(form);
        }

        _recordings.Add((batch.Count, batch.SampledCount), new Recording { LastUse = ++_uses });
    }

    // The memory that they name is no longer there.
    public void Clear()
    {
        foreach (Recording recording in _recordings.Values) recording.Graph?.Dispose();
        _recordings.Clear();
    }

    public void Dispose() => Clear();

    internal sealed class Recording
    {
        public CudaGraphInstance? Graph { get; set; }

        // What the recorded operations need of a batch.
        public StepBounds Bounds { get; set; }

        public long LastUse { get; set; }
    }
}
