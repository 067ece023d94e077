using LLamaNet.Backends.Cuda.Kernels;
using LLamaNet.Tensors;

namespace LLamaNet.Backends.Cuda;

// Weights in planes, and the products with them: few rows by kernels that read weights as fast as memory gives them, many on
// tensor cores.
internal partial class CudaBackend
{
    private readonly EmbedKernel _embed;
    private readonly GemvKernel _gemv;
    private readonly GemmKernel _gemm;
    private readonly GemmSm90aKernel? _gemmSm90a;
    private WeightUploader? _uploader;
    private QuantizedActivations? _quantized; // for gemv
    private HalfActivations? _halves; // for gemm
    private CudaTensor? _normed; // for products whose kernels take no norm
    private CudaTensor? _gateUp; // where gate and up are not one matrix

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

    public override void MatMulAdd(Tensor y, Tensor x, Weight weight, int rows) =>
        Multiply(y, x, weight, rows, weight.Rows, Epilogue.Add, norm: null, epsilon: 0);

    public override void RmsNormMatMul(Tensor y, Tensor x, Tensor norm, Weight weight, int rows, float epsilon)
    {
        if (((CudaWeight)weight).Form.TakesNorm(rows))
            Multiply(y, x, weight, rows, weight.Rows, Epilogue.Store, Checked(norm, 1, weight.Width), epsilon);
        else MatMul(y, Normed(x, norm, weight, rows, epsilon), weight, rows);
    }

    public override void RmsNormMatMulSwiGlu(Tensor y, Tensor x, Tensor norm, Weight gateUpWeight, int rows, float epsilon)
    {
        ProductForm form = ((CudaWeight)gateUpWeight).Form;
        if (!form.TakesSwiGlu)
        {
            CudaTensor gateUp = ReserveTensor(ref _gateUp, rows, gateUpWeight.Rows);
            RmsNormMatMul(gateUp, x, norm, gateUpWeight, rows, epsilon);
            SwiGlu(y, gateUp, rows);
        }
        else if (form.TakesNorm(rows))
        {
            Multiply(y, x, gateUpWeight, rows, gateUpWeight.Rows / 2, Epilogue.SwiGlu, Checked(norm, 1, x.Width), epsilon);
        }
        else
        {
            CudaTensor normed = Normed(x, norm, gateUpWeight, rows, epsilon);
            Multiply(y, normed, gateUpWeight, rows, gateUpWeight.Rows / 2, Epilogue.SwiGlu, norm: null, epsilon: 0);
        }
    }

    private CudaTensor Normed(Tensor x, Tensor norm, Weight weight, int rows, float epsilon)
    {
        CudaTensor normed = ReserveTensor(ref _normed, rows, weight.Width);
        RmsNorm(normed, x, norm, rows, epsilon);
        return normed;
    }

    private void Multiply(
        Tensor y, Tensor x, Weight weight, int rows, int outputs, Epilogue epilogue, CudaTensor? norm, float epsilon)
    {
        CudaTensor target = Checked(y, rows, outputs), source = Checked(x, rows, weight.Width);
        var planes = (CudaWeight)weight;
        if (rows == 0) return;
        if (planes.Form.IsGemv(rows))
        {
            QuantizedActivations? quantized = planes.Form.AnyQuantized ? ReserveQuantized(weight.Width) : null;
            _gemv.Launch(_stream, target, source, planes, rows, quantized, epilogue, norm, epsilon);
        }
        else if (_gemmSm90a is not null && rows > GemmKernel.MaxSmallTileRows)
        {
            _gemmSm90a.Launch(_stream, target, source, planes, rows, ReserveHalves(rows, weight.Width), epilogue, norm, epsilon);
        }
        else
        {
            _gemm.Launch(_stream, target, source, planes, rows, ReserveHalves(rows, weight.Width), epilogue, norm, epsilon);
        }
    }

    private CudaTensor ReserveTensor(ref CudaTensor? held, int rows, int width)
    {
        if (held is not null && held.Width == width && held.Rows >= rows) return held;
        _stream.Synchronize();
        _recordings.Clear();
        held?.Dispose();
        return held = new CudaTensor(_context, DType.F32, rows, width);
    }

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
