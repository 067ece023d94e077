using LLamaNet.Backends.Cuda;
using LLamaNet.Backends.Cuda.Driver;
using LLamaNet.Backends.Cuda.Kernels;
using LLamaNet.PtxInterpreter;
using LLamaNet.Tensors;
using Xunit;

namespace LLamaNet.Tests.Doubles;

// A GPU for products of many rows: those of Hopper on one that has it.
internal sealed class GemmMachine : IDisposable
{
    private const float Guard = -7;
    private const int GuardRows = 2;
    private const float Epsilon = 1e-5f;

    private readonly GpuMachine _machine;
    private readonly CudaContext _context;
    private readonly CudaStream _stream;
    private readonly KernelLibrary _library;
    private readonly WeightUploader _uploader;
    private readonly GemmKernel _gemm;
    private readonly GemmSm90aKernel? _hopper;

    public GemmMachine(PtxDevice? device = null)
    {
        _machine = new GpuMachine(device ?? new PtxDevice());
        _context = new CudaContext(_machine.Open(), 0);
        _stream = new CudaStream(_context);
        _library = new KernelLibrary(_context);
        _uploader = new WeightUploader(_context);
        _gemm = new GemmKernel(_library);
        if (GemmSm90aKernel.IsSupported(_library)) _hopper = new GemmSm90aKernel(_library);
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
        using CudaTensor source = Tensor(gateUp, width);
        using var y = new CudaTensor(_context, DType.F32, rows, width / 2);
        new SwiGluKernel(_library).Launch(_stream, y, source, rows);
        _stream.Synchronize();
        var values = new float[rows * y.Width];
        _context.CopyFromDevice<float>(values, y.Pointer);
        return values;
    }

    public float[] RmsNorm(float[] x, int rows, float[] norm)
    {
        using CudaTensor y = Tensor(x, x.Length / rows), weight = Tensor(norm, norm.Length);
        new RmsNormKernel(_library).Launch(_stream, y, y, weight, rows, Epsilon);
        _stream.Synchronize();
        var values = new float[x.Length];
        _context.CopyFromDevice<float>(values, y.Pointer);
        return values;
    }

    private CudaTensor Tensor(float[] values, int width)
    {
        var tensor = new CudaTensor(_context, DType.F32, values.Length / width, width);
        _context.CopyToDevice<float>(tensor.Pointer, values);
        return tensor;
    }

    private float[] Multiply(
        IReadOnlyList<MatrixSource> parts, float[] x, int rows, Epilogue epilogue, float[]? before, float[]? norm = null)
    {
        using var weight = new CudaWeight(_context, parts);
        _uploader.Upload(weight, _ => { }, TestContext.Current.CancellationToken);
        Assert.True(weight.Form.TakesGemm);
        int outputs = epilogue == Epilogue.SwiGlu ? weight.Rows / 2 : weight.Rows;
        float[] values = new float[(rows + GuardRows) * outputs];
        Array.Fill(values, Guard);
        before?.CopyTo(values, 0);
        using CudaTensor y = Tensor(values, outputs), source = Tensor(x, weight.Width);
        using CudaTensor? scales = norm is null ? null : Tensor(norm, weight.Width);
        // Room for more than is used, as a backend has it.
        using var halves = new HalfActivations(_context, rows + 3, weight.Width + 5, _stream);
        if (_hopper is null) _gemm.Launch(_stream, y, source, weight, rows, halves, epilogue, scales, Epsilon);
        else _hopper.Launch(_stream, y, source, weight, rows, halves, epilogue, scales, Epsilon);
        _stream.Synchronize();
        _context.CopyFromDevice<float>(values, y.Pointer);
        Assert.All(values[(rows * outputs)..], value => Assert.Equal(Guard, value));
        return values[..(rows * outputs)];
    }

    public void Dispose()
    {
        _hopper?.Dispose();
        _uploader.Dispose();
        _library.Dispose();
        _stream.Dispose();
        _context.Dispose();
        _machine.Dispose();
    }
}
