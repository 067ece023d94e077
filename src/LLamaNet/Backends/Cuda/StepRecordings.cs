using LLamaNet.Backends.Cuda.Driver;

namespace LLamaNet.Backends.Cuda;

// Decode steps as graphs: one for each number of rows and for each end (tokens drawn, or logits read). The second step of a
// form is recorded, so that whatever happens only once, such as compiling a kernel, has happened.
internal sealed class StepRecordings : IDisposable
{
    private readonly Dictionary<(int Rows, bool IsSampled), Recording> _recordings = [];

    // Null until a step of this form has been launched operation by operation.
    public Recording? Find(Batch batch) => _recordings.GetValueOrDefault((batch.Count, batch.IsSampled));

    // Such a step has been launched: the next one can be recorded.
    public void Expect(Batch batch) => _recordings.TryAdd((batch.Count, batch.IsSampled), new Recording());

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

        // What the operations checked the batch against when they were recorded.
        public StepBounds Bounds { get; set; }
    }
}
