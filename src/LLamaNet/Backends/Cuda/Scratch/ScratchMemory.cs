using LLamaNet.Backends.Cuda.Driver;
using LLamaNet.Backends.Cuda.Step;

namespace LLamaNet.Backends.Cuda.Scratch;

// Memory that operations need beside their tensors. Each buffer grows to the largest demand and stays. Recordings name the
// buffers: those made before are void when one grows.
internal sealed class ScratchMemory(CudaContext context, CudaStream stream, StepRecordings recordings) : IDisposable
{
    private AttentionScratch? _attention;
    private QuantizedActivations? _quantized;
    private GemmActivations? _gemm;
    private CudaTensor? _normed;
    private CudaTensor? _gateUp;
    private DrawnTokens? _drawn;

    public void Reserve(StepLimits limits)
    {
        var sizes = ScratchSizes.Of(limits);
        Attention(limits.Shape, limits.MaxSegments);
        Drawn(limits.MaxOutputs);
        if (sizes.NormedWidth > 0) Normed(sizes.NormedRows, sizes.NormedWidth);
        if (sizes.GateUpWidth > 0) GateUp(limits.MaxRows, sizes.GateUpWidth);
        if (sizes.QuantizedWidth > 0) Quantized(sizes.QuantizedWidth);
        if (sizes.GemmWidth > 0) Gemm(limits.MaxRows, sizes.GemmWidth);
        stream.Synchronize();
    }

    public AttentionScratch Attention(AttentionShape shape, int segments)
    {
        if (_attention is { } held && held.Fits(shape, segments)) return held;
        Release(ref _attention);
        return _attention = new AttentionScratch(context, shape, segments, stream);
    }

    // For gemv.
    public QuantizedActivations Quantized(int width)
    {
        if (_quantized is { } held && held.Width >= width) return held;
        Release(ref _quantized);
        return _quantized = new QuantizedActivations(context, width);
    }

    // For gemm.
    public GemmActivations Gemm(int rows, int width)
    {
        if (_gemm is { } held && held.Rows >= rows && held.Width >= width) return held;
        (rows, width) = (Math.Max(rows, _gemm?.Rows ?? 0), Math.Max(width, _gemm?.Width ?? 0));
        Release(ref _gemm);
        return _gemm = new GemmActivations(context, rows, width, stream);
    }

    // The input of a product whose kernel takes no norm. [rows, width]
    public CudaTensor Normed(int rows, int width) => Tensor(ref _normed, rows, width);

    // gate | up, where no kernel takes SwiGLU. [rows, width]
    public CudaTensor GateUp(int rows, int width) => Tensor(ref _gateUp, rows, width);

    public DrawnTokens Drawn(int count)
    {
        if (_drawn is { } held && held.Count >= count) return held;
        Release(ref _drawn);
        return _drawn = new DrawnTokens(context, count);
    }

    public void Dispose()
    {
        _attention?.Dispose();
        _quantized?.Dispose();
        _gemm?.Dispose();
        _normed?.Dispose();
        _gateUp?.Dispose();
        _drawn?.Dispose();
    }

    private CudaTensor Tensor(ref CudaTensor? held, int rows, int width)
    {
        if (held is not null && held.Width == width && held.Rows >= rows) return held;
        Release(ref held);
        return held = new CudaTensor(context, DType.F32, rows, width);
    }

    // Launches under way may still use it.
    private void Release<T>(ref T? held)
        where T : class, IDisposable
    {
        if (held is null) return;
        stream.Synchronize();
        recordings.Clear();
        held.Dispose();
        held = null;
    }
}
