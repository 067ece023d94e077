using LLamaNet.Backends.Cuda.Driver;

namespace LLamaNet.Backends.Cuda;

// Decode steps as graphs: one for each number of rows and for each end (tokens drawn, or logits read). The second step of a
// form is recorded, so that whatever happens only once, such as compiling a kernel, has happened.
internal sealed class StepRecordings : IDisposable
{
    private readonly Dictionary<(int Rows, bool IsSampled), Recording> _recordings = [];

    // Null at the first step of its form: the operations are to be queued as they are.
    public Recording? Find(Batch batch)
    {
        (int, bool) form = (batch.Count, batch.IsSampled);
        if (_recordings.TryGetValue(form, out Recording? recording)) return recording;
        _recordings.Add(form, new Recording());
        return null;
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

        // What the operations checked the batch against when they were recorded.
        public StepBounds Bounds { get; set; }
    }
}
