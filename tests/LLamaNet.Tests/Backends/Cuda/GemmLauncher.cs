using LLamaNet.Backends.Cuda;
using LLamaNet.Backends.Cuda.Products;
using LLamaNet.Backends.Cuda.Rows;
using LLamaNet.Backends.Cuda.Scratch;
using LLamaNet.Backends.Cuda.Weights;
using LLamaNet.PtxInterpreter;
using LLamaNet.Tensors;
using Xunit;

namespace LLamaNet.Tests.Backends.Cuda;

// Launches products of many rows, those of Hopper on a GPU that has it.
internal sealed class GemmLauncher : IDisposable
{
    private const int GuardRows = 2;
    private const float Epsilon = 1e-5f;

    private readonly GpuFixture _gpu;
    private readonly GemmKernel _gemm;
    private readonly GemmSm90aKernel? _hopper;

    public GemmLauncher(PtxDevice? device = null)
    {
        _gpu = new GpuFixture(device ?? new PtxDevice());
        _gemm = new GemmKernel(_gpu.Library);
        if (GemmSm90aKernel.IsSupported(_gpu.Library)) _hopper = new GemmSm90aKernel(_gpu.Library);
    }

    // y: [rows, outputs], or what was there plus the products where `before` says so. Nothing behind it is touched.
    public float[] Multiply(IReadOnlyList<MatrixSource> parts, float[] x, int rows, float[]? before = null) =>
        Multiply(parts, x, rows, before is null ? Epilogue.Store : Epilogue.Add, before);

    // norm: [width]
    public float[] MultiplyNormed(IReadOnlyList<MatrixSource> parts, float[] x, int rows, float[] norm) =>
        Multiply(parts, x, rows, Epilogue.Store, before: null, norm);

    // y: [rows, outputs / 2]
    public float[] MultiplySwiGlu(IReadOnlyList<MatrixSource> parts, float[] x, int rows) =>
        Multiply(parts, x, rows, Epilogue.SwiGlu, before: null);

    // What the operation of its own makes of products.
    public float[] SwiGlu(float[] gateUp, int rows)
    {
        int width = gateUp.Length / rows;
        using CudaTensor source = _gpu.Tensor(rows, width, gateUp);
        using var y = new CudaTensor(_gpu.Context, DType.F32, rows, width / 2);
        new SwiGluKernel(_gpu.Library).Launch(_gpu.Stream, y, source, rows);
        return _gpu.Values(y);
    }

    public float[] RmsNorm(float[] x, int rows, float[] norm)
    {
        using CudaTensor y = _gpu.Tensor(rows, norm.Length, x), weight = _gpu.Tensor(1, norm.Length, norm);
        new RmsNormKernel(_gpu.Library).Launch(_gpu.Stream, y, y, weight, rows, Epsilon);
        return _gpu.Values(y);
    }

    public void Dispose()
    {
        _hopper?.Dispose();
        _gpu.Dispose();
    }

    private float[] Multiply(
        IReadOnlyList<MatrixSource> parts, float[] x, int rows, Epilogue epilogue, float[]? before, float[]? norm = null)
    {
        using CudaWeight weight = _gpu.Load(parts);
        Assert.True(weight.Form.TakesGemm);
        int outputs = epilogue == Epilogue.SwiGlu ? weight.Rows / 2 : weight.Rows;
        float[] guarded = [.. Enumerable.Repeat(Guarded.Value, (rows + GuardRows) * outputs)];
        before?.CopyTo(guarded, 0);
        using CudaTensor y = _gpu.Tensor(rows + GuardRows, outputs, guarded), source = _gpu.Tensor(rows, weight.Width, x);
        using CudaTensor? scales = norm is null ? null : _gpu.Tensor(1, weight.Width, norm);
        // Room for more than is used, as a backend has it.
        using var halves = new GemmActivations(_gpu.Context, rows + 3, weight.Width + 5, _gpu.Stream);
        if (_hopper is null) _gemm.Launch(_gpu.Stream, y, source, weight, rows, halves, epilogue, scales, Epsilon);
        else _hopper.Launch(_gpu.Stream, y, source, weight, rows, halves, epilogue, scales, Epsilon);
        return Guarded.Used(_gpu.Values(y), rows * outputs);
    }
}
