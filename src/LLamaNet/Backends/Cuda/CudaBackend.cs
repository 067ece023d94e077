using System.Runtime.CompilerServices;
using LLamaNet.Backends.Cuda.Driver;
using LLamaNet.Backends.Cuda.Kernels;
using LLamaNet.Tensors;

namespace LLamaNet.Backends.Cuda;

// Operations as launches on one stream of a GPU. The host does not wait for them until something is read. Everything that
// the operations need is made by Reserve, or by the first operation that needs more.
// Results of a row do not depend on the other rows, except that products choose between two kernels by their number.
// For one thread at a time.
internal partial class CudaBackend : Backend
{
    private readonly CudaContext _context;
    private readonly CudaStream _stream;
    private readonly KernelLibrary _library;

    // What was made here and is still alive: freed with the backend. Tensors that nobody holds any more free themselves.
    private readonly ConditionalWeakTable<IDisposable, object?> _made = [];

    // The context becomes the backend's own. recordsSteps: whether decode steps become graphs.
    public CudaBackend(CudaContext context, bool recordsSteps = true)
    {
        _context = context;
        _recordsSteps = recordsSteps;
        _library = new KernelLibrary(context);
        try
        {
            _stream = new CudaStream(context);
            _batch = new CudaBatch(context);
            _gather = new GatherKernel(_library);
            _rmsNorm = new RmsNormKernel(_library);
            _add = new AddKernel(_library);
            _swiGlu = new SwiGluKernel(_library);
            _rope = new RopeKernel(_library);
            _storeKv = new StoreKvKernel(_library);
            _ropeStoreKv = new RopeStoreKvKernel(_library);
            _attention = new AttentionKernels(_library);
            _sample = new SampleKernel(_library);
            _advance = new AdvanceKernel(_library);
            _embed = new EmbedKernel(_library);
            _gemv = new GemvKernel(_library);
            _gemm = new GemmKernel(_library);
            _gemmSm90a = GemmSm90aKernel.IsSupported(_library) ? new GemmSm90aKernel(_library) : null;
        }
        catch
        {
            Free();
            throw;
        }
    }

    public override string Name => $"{_context.DeviceName}, compute capability {_context.ComputeCapability}";

    // Enough for every kernel that a model's formats need.
    public override int WarmUpTokens => 1 + (_gemmSm90a is null ? GemvKernel.MaxRows : GemmKernel.MaxSmallTileRows);

    public static IReadOnlyList<DType> KvTypes { get; } = [DType.F32, DType.F16];

    public override IReadOnlyList<DType> KvCacheTypes => KvTypes;

    public override long AvailableBytes => _context.FreeBytes;

    public override long AllocatedBytes => _context.Handle.Memory.Bytes;

    public override Tensor Allocate(DType type, int rows, int width)
    {
        var tensor = new CudaTensor(_context, type, rows, width);
        _made.Add(tensor, null);
        return tensor;
    }

    public override void Write(Tensor destination, ReadOnlySpan<float> values)
    {
        var tensor = (CudaTensor)destination;
        CheckTransfer(tensor, 0, values.Length);
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
        CheckTransfer(tensor, firstRow, values.Length);
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

    public override void Dispose() => Free();

    // Also of a backend that was not made to the end.
    private void Free()
    {
        try
        {
            // Of a prompt that was given up, work may still be under way.
            _stream?.Synchronize();
        }
        catch (Exception exception) when (exception is CudaException or ObjectDisposedException)
        {
            // On a GPU that is lost nothing is under way; neither is there after an earlier Dispose.
        }

        foreach ((IDisposable made, _) in _made) made.Dispose();
        _recordings.Dispose();
        _batch?.Dispose();
        _attentionScratch?.Dispose();
        _drawn?.Dispose();
        _drawnOnHost?.Dispose();
        _quantized?.Dispose();
        _halves?.Dispose();
        _normed?.Dispose();
        _gateUp?.Dispose();
        _gemmSm90a?.Dispose();
        _uploader?.Dispose();
        _library.Dispose();
        _stream?.Dispose();
        _context.Dispose();
    }

    // Kernels follow pointers: every shape is checked before them, whoever calls.
    private static CudaTensor Checked(Tensor tensor, int rows, int width, [CallerArgumentExpression(nameof(tensor))] string name = "")
    {
        if (tensor is CudaTensor cuda && cuda.Type == DType.F32 && cuda.Width == width && cuda.Rows >= rows && rows >= 0) return cuda;
        throw new ArgumentException($"[{tensor.Rows}, {tensor.Width}] {tensor.Type}, needs [{rows}, {width}] F32.", name);
    }

    private static void CheckTransfer(CudaTensor tensor, int firstRow, int values)
    {
        (int rows, int rest) = Math.DivRem(values, tensor.Width);
        if (rest != 0 || firstRow < 0 || firstRow > tensor.Rows - rows)
            throw new ArgumentException($"{values} values from row {firstRow} on are not whole rows of [{tensor.Rows}, {tensor.Width}].");
    }
}
