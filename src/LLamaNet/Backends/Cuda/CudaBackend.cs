using System.Runtime.CompilerServices;
using LLamaNet.Backends.Cuda.Attention;
using LLamaNet.Backends.Cuda.Driver;
using LLamaNet.Backends.Cuda.Products;
using LLamaNet.Backends.Cuda.Rows;
using LLamaNet.Backends.Cuda.Sampling;
using LLamaNet.Backends.Cuda.Scratch;
using LLamaNet.Backends.Cuda.Step;
using LLamaNet.Backends.Cuda.Weights;
using LLamaNet.Tensors;

namespace LLamaNet.Backends.Cuda;

// Operations as launches on one stream of a GPU. The host does not wait for them until something is read. Everything that
// the operations need is made by Reserve, or by the first operation that needs more.
// Results of a row do not depend on the other rows, except that products choose between two kernels by their number.
// For one thread at a time.
internal sealed class CudaBackend : Backend
{
    private readonly CudaContext _context;
    private readonly CudaStream _stream;
    private readonly KernelLibrary _library;
    private readonly ScratchMemory _scratch;
    private readonly StepRunner _steps;
    private readonly StepRecordings _recordings = new();

    private readonly EmbedKernel _embed;
    private readonly GatherKernel _gather;
    private readonly RmsNormKernel _rmsNorm;
    private readonly AddKernel _add;
    private readonly SwiGluKernel _swiGlu;
    private readonly ScaleKernel _scale;
    private readonly RmsNormHeadsKernel _rmsNormHeads;
    private readonly RopeKernel _rope;
    private readonly StoreKvKernel _storeKv;
    private readonly RopeStoreKvKernel _ropeStoreKv;
    private readonly AttentionKernels _attention;
    private readonly ProductKernels _products;

    // What was made here and is still alive: freed with the backend. Tensors without a reference free themselves.
    private readonly ConditionalWeakTable<IDisposable, object?> _alive = [];

    private WeightUploader? _uploader;

    // The context becomes the backend's own. recordsSteps: whether decode steps become graphs.
    public CudaBackend(CudaContext context, bool recordsSteps = true)
    {
        _context = context;
        _library = new KernelLibrary(context);
        try
        {
            _stream = new CudaStream(context);
            _scratch = new ScratchMemory(context, _stream, _recordings);
            _steps = new StepRunner(context, _stream, _library, _scratch, _recordings, recordsSteps);
            _embed = new EmbedKernel(_library);
            _gather = new GatherKernel(_library);
            _rmsNorm = new RmsNormKernel(_library);
            _add = new AddKernel(_library);
            _swiGlu = new SwiGluKernel(_library);
            _scale = new ScaleKernel(_library);
            _rmsNormHeads = new RmsNormHeadsKernel(_library);
            _rope = new RopeKernel(_library);
            _storeKv = new StoreKvKernel(_library);
            _ropeStoreKv = new RopeStoreKvKernel(_library);
            _attention = new AttentionKernels(_library);
            _products = new ProductKernels(_library, _scratch);
        }
        catch
        {
            Free();
            throw;
        }
    }

    public override string Name => $"{_context.DeviceName}, compute capability {_context.ComputeCapability}";

    public override IReadOnlyList<int> WarmUpRows => _products.WarmUpRows;

    public static IReadOnlyList<DType> KvTypes { get; } = [DType.F32, DType.F16];

    public override IReadOnlyList<DType> KvCacheTypes => KvTypes;

    public override long AvailableBytes => _context.FreeBytes;

    public override long AllocatedBytes => _context.Handle.Memory.Bytes;

    public override TraceCeilings? Ceilings => _context.Device.Ceilings;

    public override bool QueuesOperations => true;

    public override void Synchronize() => _stream.Synchronize();

    public override Tensor Allocate(DType type, int rows, int width)
    {
        var tensor = new CudaTensor(_context, type, rows, width);
        _alive.Add(tensor, null);
        return tensor;
    }

    public override Weight Load(
        IReadOnlyList<MatrixSource> parts, float[]? bias, Action<long> bytesRead, CancellationToken cancellationToken)
    {
        var weight = new CudaWeight(_context, parts, hasBias: bias is not null);
        try
        {
            _uploader ??= new WeightUploader(_context);
            _uploader.Upload(weight, bytesRead, cancellationToken);
            SetBias(weight, bias);
        }
        catch
        {
            weight.Dispose();
            throw;
        }

        _alive.Add(weight, null);
        return weight;
    }

    public override void Write(Tensor destination, ReadOnlySpan<float> values)
    {
        var tensor = (CudaTensor)destination;
        TensorChecks.Transfer(tensor, 0, values.Length);
        _stream.Synchronize();
        if (tensor.Type == DType.F32)
        {
            _context.CopyToDevice(tensor.Pointer, values);
        }
        else
        {
            var halves = new byte[values.Length * sizeof(ushort)];
            WeightFormat.Of(tensor.Type).Quantize(values, halves);
            _context.CopyToDevice<byte>(tensor.Pointer, halves);
        }

        // The driver may have kept the values to copy them later, in no order with the stream.
        _context.Synchronize();
        GC.KeepAlive(tensor);
    }

    public override void Read(Tensor source, int firstRow, Span<float> values)
    {
        var tensor = (CudaTensor)source;
        TensorChecks.Transfer(tensor, firstRow, values.Length);
        _stream.Synchronize();
        if (tensor.Type == DType.F32)
        {
            _context.CopyFromDevice(values, tensor.Row(firstRow));
        }
        else
        {
            var halves = new byte[values.Length * sizeof(ushort)];
            _context.CopyFromDevice<byte>(halves, tensor.Row(firstRow));
            WeightFormat.Of(tensor.Type).Dequantize(halves, values);
        }

        GC.KeepAlive(tensor);
    }

    public override void Reserve(StepLimits limits)
    {
        _steps.Reserve(limits);
        _scratch.Reserve(limits);
    }

    public override void Step(Batch batch, Action<Batch> operations)
    {
        // The first step ends loading: its staging buffers go.
        _uploader?.Dispose();
        _uploader = null;
        _steps.Run(batch, operations);
    }

    public override void Embed(Tensor y, Weight table, Batch batch)
    {
        CudaTensor rows = Checked(y, batch.Count, table.Width);
        var bounds = new StepBounds(Tokens: table.Rows);
        if (batch.Count > 0) _embed.Launch(_stream, rows, _steps.Use(batch, bounds).Tokens, (CudaWeight)table, batch.Count);
    }

    public override void Gather(Tensor y, Tensor x, ReadOnlySpan<int> rowIndices)
    {
        CudaTensor target = Checked(y, rowIndices.Length, x.Width), source = Checked(x, 0, x.Width);
        foreach (int row in rowIndices)
        {
            if (row < 0 || row >= x.Rows)
                throw new ArgumentOutOfRangeException(nameof(rowIndices), row, $"There are {x.Rows} rows.");
        }

        _gather.Launch(_stream, target, source, _steps.Use(rowIndices), rowIndices.Length);
    }

    public override void RmsNorm(Tensor y, Tensor x, Tensor weight, int rows, float epsilon) =>
        _rmsNorm.Launch(
            _stream, Checked(y, rows, x.Width), Checked(x, rows, x.Width), Checked(weight, 1, x.Width), rows, epsilon);

    public override void Add(Tensor y, Tensor x, int rows) =>
        _add.Launch(_stream, Checked(y, rows, x.Width), Checked(x, rows, x.Width), rows);

    public override void SwiGlu(Tensor y, Tensor gateUp, int rows) =>
        _swiGlu.Launch(_stream, Checked(y, rows, gateUp.Width / 2), Checked(gateUp, rows, 2 * y.Width), rows);

    public override void Scale(Tensor y, float factor, int rows) =>
        _scale.Launch(_stream, Checked(y, rows, y.Width), factor, rows);

    public override void RmsNormHeads(
        Tensor qkv, Tensor queryNorm, Tensor keyNorm, AttentionShape shape, int rows, float epsilon) => _rmsNormHeads.Launch(
            _stream, Checked(qkv, rows, shape.QkvWidth), Checked(queryNorm, 1, shape.HeadDim), Checked(keyNorm, 1, shape.HeadDim),
            shape, rows, epsilon);

    public override void MatMul(Tensor y, Tensor x, Weight weight, int rows) => _products.Launch(
        _stream, Checked(y, rows, weight.Rows), Checked(x, rows, weight.Width), (CudaWeight)weight, rows);

    public override void MatMulAdd(Tensor y, Tensor x, Weight weight, int rows) => _products.Launch(
        _stream, Checked(y, rows, weight.Rows), Checked(x, rows, weight.Width), (CudaWeight)weight, rows, Epilogue.Add);

    public override void RmsNormMatMul(Tensor y, Tensor x, Tensor norm, Weight weight, int rows, float epsilon) =>
        _products.Launch(
            _stream, Checked(y, rows, weight.Rows), Checked(x, rows, weight.Width), (CudaWeight)weight, rows, Epilogue.Store,
            Checked(norm, 1, weight.Width), epsilon);

    public override void RmsNormMatMulSwiGlu(Tensor y, Tensor x, Tensor norm, Weight gateUpWeight, int rows, float epsilon) =>
        _products.Launch(
            _stream, Checked(y, rows, gateUpWeight.Rows / 2), Checked(x, rows, gateUpWeight.Width), (CudaWeight)gateUpWeight,
            rows, Epilogue.SwiGlu, Checked(norm, 1, gateUpWeight.Width), epsilon);

    public override void Rope(Tensor qkv, AttentionShape shape, Batch batch)
    {
        if (!shape.IsRotated) return;
        CudaTensor rows = Checked(qkv, batch.Count, shape.QkvWidth);
        DeviceBatch uploaded = _steps.Use(batch, new StepBounds(HeadDim: shape.HeadDim));
        if (batch.Count > 0) _rope.Launch(_stream, rows, shape, uploaded);
    }

    public override void StoreKv(KvLayer kv, Tensor qkv, AttentionShape shape, Batch batch)
    {
        CudaTensor rows = Checked(qkv, batch.Count, shape.QkvWidth);
        DeviceBatch uploaded = _steps.Use(batch, new StepBounds(Pages: PagesOf(kv, shape)));
        if (batch.Count > 0) _storeKv.Launch(_stream, kv, rows, shape, uploaded);
    }

    public override void RopeStoreKv(KvLayer kv, Tensor qkv, AttentionShape shape, Batch batch)
    {
        CudaTensor rows = Checked(qkv, batch.Count, shape.QkvWidth);
        DeviceBatch uploaded = _steps.Use(batch, new StepBounds(Pages: PagesOf(kv, shape), HeadDim: shape.HeadDim));
        if (batch.Count > 0) LaunchRopeStoreKv(kv, rows, shape, uploaded);
    }

    public override void Attention(Tensor y, Tensor qkv, KvLayer kv, AttentionShape shape, Batch batch)
    {
        CudaTensor target = Checked(y, batch.Count, shape.QueryWidth), source = Checked(qkv, batch.Count, shape.QkvWidth);
        DeviceBatch uploaded = _steps.Use(batch, new StepBounds(Pages: PagesOf(kv, shape)));
        if (batch.Count == 0) return;
        _attention.Launch(_stream, target, source, kv, shape, uploaded, _scratch.Attention(shape, batch.Segments.Count));
    }

    public override void RopeStoreKvAttention(Tensor y, Tensor qkv, KvLayer kv, AttentionShape shape, Batch batch)
    {
        CudaTensor target = Checked(y, batch.Count, shape.QueryWidth), source = Checked(qkv, batch.Count, shape.QkvWidth);
        DeviceBatch uploaded = _steps.Use(batch, new StepBounds(Pages: PagesOf(kv, shape), HeadDim: shape.HeadDim));
        if (batch.Count == 0) return;
        AttentionScratch scratch = _scratch.Attention(shape, batch.Segments.Count);
        if (_attention.TryLaunchWithRope(_stream, target, source, kv, shape, uploaded, scratch)) return;
        LaunchRopeStoreKv(kv, source, shape, uploaded);
        _attention.Launch(_stream, target, source, kv, shape, uploaded, scratch);
    }

    public override int MaxSampledVocabulary => SampleKernel.MaxVocabulary;

    public override void Sample(Tensor logits, Batch batch)
    {
        if (batch.SampledCount == 0) throw new ArgumentException("The batch does not say how to draw.", nameof(batch));
        _steps.Sample(Checked(logits, batch.OutputCount, logits.Width), batch);
    }

    public override void ReadSampled(Span<int> tokens) => _steps.ReadSampled(tokens);

    public override void Dispose() => Free();

    // Also of a backend that was not made to the end.
    private void Free()
    {
        try
        {
            // Work of a prompt that was given up may still be under way.
            _stream?.Synchronize();
        }
        catch (Exception exception) when (exception is CudaException or ObjectDisposedException)
        {
            // On a GPU that is lost nothing is under way; neither is there after an earlier Dispose.
        }

        foreach ((IDisposable alive, _) in _alive) alive.Dispose();
        _recordings.Dispose();
        _steps?.Dispose();
        _scratch?.Dispose();
        _products?.Dispose();
        _uploader?.Dispose();
        _library.Dispose();
        _stream?.Dispose();
        _context.Dispose();
    }

    private void LaunchRopeStoreKv(KvLayer kv, CudaTensor qkv, AttentionShape shape, DeviceBatch batch)
    {
        if (shape.IsRotated) _ropeStoreKv.Launch(_stream, kv, qkv, shape, batch);
        else _storeKv.Launch(_stream, kv, qkv, shape, batch);
    }

    private int PagesOf(KvLayer kv, AttentionShape shape) => BatchChecks.Layer(kv, shape, KvCacheTypes);

    private static CudaTensor Checked(
        Tensor tensor, int rows, int width, [CallerArgumentExpression(nameof(tensor))] string name = "") =>
        TensorChecks.F32<CudaTensor>(tensor, rows, width, name);
}
