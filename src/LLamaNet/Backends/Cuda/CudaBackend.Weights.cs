using LLamaNet.Backends.Cuda.Kernels;
using LLamaNet.Tensors;

namespace LLamaNet.Backends.Cuda;

// Weights in planes, and the products with them: few rows by kernels that read weights as fast as memory gives them, many on
// tensor cores.
internal partial class CudaBackend
{
    private readonly EmbedKernel _embed;
    private readonly GemvKernel _fewRows;
    private readonly GemmKernel _manyRows;
    private readonly GemmSm90aKernel? _manyRowsOnHopper;
    private WeightUploader? _uploader;
    private QuantizedActivations? _quantized; // of few rows
    private HalfActivations? _halves; // of many

    public override long WeightBytes(DType type, int rows, int width) => CudaWeight.PartBytes(type, rows, width);

    public override Weight Load(IReadOnlyList<MatrixSource> parts, Action<long> bytesRead, CancellationToken cancellationToken)
    {
        var weight = new CudaWeight(_context, parts);
        try
        {
            _uploader ??= new WeightUploader(_context);
            _uploader.Upload(weight, bytesRead, cancellationToken);
        }
        catch
        {
            weight.Dispose();
            throw;
        }

        _made.Add(weight, null);
        return weight;
    }

    public override void Embed(Tensor y, Weight table, Batch batch)
    {
        CudaTensor rows = Checked(y, batch.Count, table.Width);
        BatchChecks.Tokens(batch, table.Rows);
        _bounds.Vocabulary = table.Rows;
        if (batch.Count > 0) _embed.Launch(_stream, rows, Uploaded(batch).Tokens, (CudaWeight)table, batch.Count);
    }

    public override void MatMul(Tensor y, Tensor x, Weight weight, int rows) =>
        Multiply(y, x, weight, rows, weight.Rows, Epilogue.Store, norm: null, epsilon: 0);

    public override void MatMulAdd(Tensor y, Tensor x, Weight weight, int rows, Tensor product) =>
        Multiply(y, x, weight, rows, weight.Rows, Epilogue.Add, norm: null, epsilon: 0);

    public override void RmsNormMatMul(Tensor y, Tensor x, Tensor norm, Weight weight, int rows, float epsilon, Tensor normed)
    {
        if (TakesNorm((CudaWeight)weight, rows))
            Multiply(y, x, weight, rows, weight.Rows, Epilogue.Store, Checked(norm, 1, weight.Width), epsilon);
        else base.RmsNormMatMul(y, x, norm, weight, rows, epsilon, normed);
    }

    public override void RmsNormMatMulSwiGlu(
        Tensor y, Tensor x, Tensor norm, Weight gateUpWeight, int rows, float epsilon, Tensor normed, Tensor gateUp)
    {
        if (!GemvKernel.TakesSwiGlu((CudaWeight)gateUpWeight))
        {
            base.RmsNormMatMulSwiGlu(y, x, norm, gateUpWeight, rows, epsilon, normed, gateUp);
            return;
        }

        bool takesNorm = TakesNorm((CudaWeight)gateUpWeight, rows);
        if (!takesNorm) RmsNorm(normed, x, norm, rows, epsilon);
        Multiply(
            y, takesNorm ? x : normed, gateUpWeight, rows, gateUpWeight.Rows / 2, Epilogue.SwiGlu,
            takesNorm ? Checked(norm, 1, x.Width) : null, epsilon);
    }

    private void Multiply(
        Tensor y, Tensor x, Weight weight, int rows, int outputs, Epilogue epilogue, CudaTensor? norm, float epsilon)
    {
        CudaTensor target = Checked(y, rows, outputs), source = Checked(x, rows, weight.Width);
        var planes = (CudaWeight)weight;
        if (rows == 0) return;
        if (IsFew(planes, rows))
            _fewRows.Launch(_stream, target, source, planes, rows, ReserveQuantized(weight.Width), epilogue, norm, epsilon);
        else if (_manyRowsOnHopper is not null && rows > GemmKernel.MostFewRows)
            _manyRowsOnHopper.Launch(_stream, target, source, planes, rows, ReserveHalves(rows, weight.Width), epilogue, norm, epsilon);
        else
            _manyRows.Launch(_stream, target, source, planes, rows, ReserveHalves(rows, weight.Width), epilogue, norm, epsilon);
    }

    private static bool IsFew(CudaWeight weight, int rows) => rows <= GemvKernel.MaxRows || !GemmKernel.Takes(weight);

    private static bool TakesNorm(CudaWeight weight, int rows) => !IsFew(weight, rows) || GemvKernel.TakesNorm(weight, rows);

    private HalfActivations ReserveHalves(int rows, int width)
    {
        if (_halves is { } halves && halves.Rows >= rows && halves.Width >= width) return halves;
        _stream.Synchronize();
        _recordings.Clear();
        (rows, width) = (Math.Max(rows, _halves?.Rows ?? 0), Math.Max(width, _halves?.Width ?? 0));
        _halves?.Dispose();
        return _halves = new HalfActivations(_context, rows, width, _stream);
    }

    private QuantizedActivations ReserveQuantized(int width)
    {
        if (_quantized is { } quantized && quantized.Width >= width) return quantized;
        _stream.Synchronize();
        _recordings.Clear();
        _quantized?.Dispose();
        return _quantized = new QuantizedActivations(_context, width);
    }
}
