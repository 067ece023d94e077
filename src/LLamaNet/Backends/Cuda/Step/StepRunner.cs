using LLamaNet.Backends.Cuda.Driver;
using LLamaNet.Backends.Cuda.Sampling;
using LLamaNet.Backends.Cuda.Scratch;

namespace LLamaNet.Backends.Cuda.Step;

// A step: its batch goes up, its operations are queued or replayed, its tokens come back.
// recordsSteps: whether decode steps become graphs.
internal sealed class StepRunner(
    CudaContext context, CudaStream stream, KernelLibrary library, ScratchMemory scratch, StepRecordings recordings,
    bool recordsSteps)
    : IDisposable
{
    private readonly CudaBatch _batch = new(context);
    private readonly SampleKernel _sample = new(library);
    private readonly AdvanceKernel _advance = new(library);

    // The batch of the step under way, where it lies, and what the operations so far need of it.
    private Batch? _current;
    private DeviceBatch _uploaded;
    private StepBounds _bounds;

    // The device has put the tokens it drew behind its batch, and the host has not read them yet.
    private bool _hasAdvanced;

    public void Reserve(StepLimits limits)
    {
        if (_batch.Reserve(limits)) recordings.Clear();
    }

    public void Run(Batch batch, Action<Batch> operations)
    {
        try
        {
            // The caller left the last step's tokens unread, so the mirror is stale.
            if (_hasAdvanced) _batch.Forget();
            _hasAdvanced = false;
            _uploaded = Upload(batch);
            _current = batch;
            _bounds = default;
            if (!recordsSteps || !batch.IsDecoding)
            {
                operations(batch);
            }
            else if (recordings.Find(batch) is { } recording)
            {
                Replay(recording, batch, operations);
            }
            else
            {
                operations(batch);
                recordings.Expect(batch);
            }
        }
        catch
        {
            _batch.Forget();
            throw;
        }
        finally
        {
            _current = null;
        }
    }

    // The batch in the GPU's memory, for an operation that needs so much of it. A recording of the operation keeps the bounds.
    public DeviceBatch Use(Batch batch, StepBounds bounds)
    {
        bounds.Check(batch);
        _bounds = _bounds.With(bounds);
        if (batch.Count == 0) return default;
        return ReferenceEquals(batch, _current) ? _uploaded : Upload(batch);
    }

    // Row indices in the GPU's memory.
    public CUdeviceptr Use(ReadOnlySpan<int> rows)
    {
        if (_batch.MakeRoom(rows)) recordings.Clear();
        return _batch.UpdateRows(rows, stream);
    }

    // Draws from the last rows of logits, [batch.OutputCount, vocabulary]: see Backend.Sample.
    public void Sample(CudaTensor logits, Batch batch)
    {
        DeviceBatch uploaded = Use(batch, new StepBounds(Logits: logits.Width));
        DrawnTokens drawn = scratch.Drawn(batch.SampledCount);
        CUdeviceptr first = logits.Row(batch.OutputCount - batch.SampledCount);
        _sample.Launch(stream, drawn.Pointer, first, logits.Width, _batch.Sampling, batch.SampledCount);
        drawn.CopyToHostAsync(batch.SampledCount, stream);
        _hasAdvanced = Advances(batch);
        if (_hasAdvanced) _advance.Launch(stream, uploaded, _batch.Sampling, drawn.Pointer);
    }

    public void ReadSampled(Span<int> tokens)
    {
        stream.Synchronize();
        scratch.Drawn(tokens.Length).OnHost[..tokens.Length].CopyTo(tokens);
        if (_hasAdvanced && tokens.Contains(-1)) _batch.Forget(); // its sequence ends; the device went on with token 0
        else if (_hasAdvanced) _batch.Advance(tokens);
        _hasAdvanced = false;
    }

    public void Dispose() => _batch.Dispose();

    // Every sequence draws its next token: the device makes the next step's batch itself.
    private static bool Advances(Batch batch) => batch.IsDecoding && batch.SampledCount == batch.Count;

    private DeviceBatch Upload(Batch batch)
    {
        if (_batch.MakeRoom(batch)) recordings.Clear();
        return _batch.Update(batch, stream);
    }

    private void Replay(StepRecordings.Recording recording, Batch batch, Action<Batch> operations)
    {
        if (recording.Graph is null)
        {
            recording.Graph = Record(batch, operations);
            recording.Bounds = _bounds;
        }
        else
        {
            recording.Bounds.Check(batch);
        }

        recording.Graph.Launch(stream);
        _hasAdvanced = Advances(batch);
    }

    // Apart, because a lambda costs its method an allocation even where it is not reached.
    private CudaGraphInstance Record(Batch batch, Action<Batch> operations)
    {
        using CudaGraph graph = stream.Capture(() => operations(batch));
        return graph.Instantiate();
    }
}
