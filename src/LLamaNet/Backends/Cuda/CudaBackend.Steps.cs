using LLamaNet.Backends.Cuda.Driver;
using LLamaNet.Backends.Cuda.Kernels;
using LLamaNet.Tensors;

namespace LLamaNet.Backends.Cuda;

// A step: its batch goes up, its operations are queued or replayed, its tokens come back.
internal partial class CudaBackend
{
    private readonly CudaBatch _batch;
    private readonly StepRecordings _recordings = new();
    private readonly bool _recordsSteps;
    private readonly SampleKernel _sample;
    private readonly AdvanceKernel _advance;
    private CudaDeviceVariable<int>? _drawn; // [outputs]
    private PinnedMemory<int>? _drawnOnHost; // [outputs]
    private bool _hasAdvanced;
    private StepBounds _bounds;

    // The batch of the step under way, and where it lies.
    private Batch? _current;
    private DeviceBatch _uploaded;

    public override bool CanSample => true;

    public override void Reserve(StepLimits limits)
    {
        if (_batch.Reserve(limits)) _recordings.Clear();
        var sizes = CudaScratchSizes.Of(limits);
        ReserveAttention(limits.Shape, limits.MaxSegments);
        ReserveDraws(limits.MaxOutputs);
        if (sizes.NormedWidth > 0) ReserveTensor(ref _normed, sizes.NormedRows, sizes.NormedWidth);
        if (sizes.GateUpWidth > 0) ReserveTensor(ref _gateUp, limits.MaxRows, sizes.GateUpWidth);
        if (sizes.QuantizedWidth > 0) ReserveQuantized(sizes.QuantizedWidth);
        if (sizes.HalvesWidth > 0) ReserveHalves(limits.MaxRows, sizes.HalvesWidth);
        _stream.Synchronize();
    }

    public override void Step(Batch batch, Action<Batch> operations)
    {
        try
        {
            // Loading is over.
            _uploader?.Dispose();
            _uploader = null;
            // Nobody has read what the last step has drawn.
            if (_hasAdvanced) _batch.Forget();
            _hasAdvanced = false;
            if (_batch.MakeRoom(batch)) _recordings.Clear();
            _uploaded = _batch.Update(batch, _stream);
            _current = batch;
            if (!_recordsSteps || !batch.IsDecoding)
            {
                operations(batch);
            }
            else if (_recordings.Find(batch) is { } recording)
            {
                Replay(recording, batch, operations);
            }
            else
            {
                operations(batch);
                _recordings.Expect(batch);
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

    public override void Sample(Tensor logits, Batch batch)
    {
        if (!batch.IsSampled) throw new ArgumentException("The batch does not say how to draw.", nameof(batch));
        CudaTensor rows = Checked(logits, batch.OutputCount, logits.Width);
        BatchChecks.Sampling(batch, logits.Width);
        DeviceBatch uploaded = Uploaded(batch);
        CudaDeviceVariable<int> drawn = ReserveDraws(batch.OutputCount);
        _sample.Launch(_stream, drawn.Pointer, rows, _batch.Settings, batch.OutputCount);
        drawn.CopyToAsync(_drawnOnHost!, batch.OutputCount, _stream);
        _hasAdvanced = batch.IsDecoding;
        if (_hasAdvanced) _advance.Launch(_stream, uploaded, _batch.Settings, drawn.Pointer);
    }

    public override void ReadSampled(Span<int> tokens)
    {
        _stream.Synchronize();
        _drawnOnHost!.Span[..tokens.Length].CopyTo(tokens);
        if (_hasAdvanced) _batch.Advance(tokens);
        _hasAdvanced = false;
    }

    private CudaDeviceVariable<int> ReserveDraws(int outputs)
    {
        if (_drawn is { } drawn && drawn.Count >= outputs) return drawn;
        _stream.Synchronize();
        _recordings.Clear();
        _drawn?.Dispose();
        _drawnOnHost?.Dispose();
        _drawnOnHost = new PinnedMemory<int>(_context, outputs);
        return _drawn = new CudaDeviceVariable<int>(_context, outputs);
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

        recording.Graph.Launch(_stream);
        _hasAdvanced = batch.IsSampled;
    }

    // Apart, because a lambda costs its method an allocation even where it is not reached.
    private CudaGraphInstance Record(Batch batch, Action<Batch> operations)
    {
        using CudaGraph graph = _stream.Capture(() => operations(batch));
        return graph.Instantiate();
    }

    // The batch in the GPU's memory.
    private DeviceBatch Uploaded(Batch batch)
    {
        if (ReferenceEquals(batch, _current)) return _uploaded;
        if (_batch.MakeRoom(batch)) _recordings.Clear();
        return _batch.Update(batch, _stream);
    }
}
