using LLamaNet.Backends.Cuda.Driver;
using LLamaNet.Backends.Cuda.Rows;
using LLamaNet.Backends.Cuda.Scratch;
using LLamaNet.Backends.Cuda.Weights;

namespace LLamaNet.Backends.Cuda.Products;

// Products with a weight, each by the kernel that takes it. A few rows are read by gemv as fast as memory gives the weight;
// more are multiplied by gemm on tensor cores. What the kernel leaves out of an operation is a launch of its own.
internal sealed class ProductKernels(KernelLibrary library, ScratchMemory scratch) : IDisposable
{
    private readonly RmsNormKernel _rmsNorm = new(library);
    private readonly SwiGluKernel _swiGlu = new(library);
    private readonly AddBiasKernel _addBias = new(library);
    private readonly GemvKernel _gemv = new(library);
    private readonly GemmKernel _gemm = new(library);
    private readonly GemmSm90aKernel? _gemmSm90a = GemmSm90aKernel.IsSupported(library) ? new GemmSm90aKernel(library) : null;

    // Numbers of rows that bring every module of a model's formats into use.
    public IReadOnlyList<int> WarmUpRows => _gemmSm90a is null
        ? [GemvKernel.MaxRows + 1, 1]
        : [GemmKernel.MaxSmallTileRows + 1, GemvKernel.MaxRows + 1, 1];

    // y[r] = epilogue(weight . x[r] + bias), or of RMSNorm(x[r]) with a norm
    // y: [rows, outputs], x: [rows, weight.Width], norm: [1, weight.Width], F32.
    public void Launch(
        CudaStream stream, CudaTensor y, CudaTensor x, CudaWeight weight, int rows, Epilogue epilogue = Epilogue.Store,
        CudaTensor? norm = null, float epsilon = 0)
    {
        if (rows == 0) return;
        if (norm is not null && !weight.Form.TakesNorm(rows))
        {
            CudaTensor normed = scratch.Normed(rows, x.Width);
            _rmsNorm.Launch(stream, normed, x, norm, rows, epsilon);
            (x, norm) = (normed, null);
        }

        if (epilogue == Epilogue.SwiGlu && !weight.Form.TakesSwiGlu)
        {
            CudaTensor gateUp = scratch.GateUp(rows, weight.Rows);
            Multiply(stream, gateUp, x, weight, rows, Epilogue.Store, norm, epsilon);
            _swiGlu.Launch(stream, y, gateUp, rows);
        }
        else
        {
            Multiply(stream, y, x, weight, rows, epilogue, norm, epsilon);
        }
    }

    public void Dispose() => _gemmSm90a?.Dispose();

    private void Multiply(
        CudaStream stream, CudaTensor y, CudaTensor x, CudaWeight weight, int rows, Epilogue epilogue, CudaTensor? norm,
        float epsilon)
    {
        if (weight.Form.IsGemv(rows))
        {
            QuantizedActivations? quantized = weight.Form.AnyQuantized ? scratch.Quantized(weight.Width) : null;
            _gemv.Launch(stream, y, x, weight, rows, quantized, epilogue, norm, epsilon);
        }
        else if (_gemmSm90a is not null && rows > GemmKernel.MaxSmallTileRows)
        {
            _gemmSm90a.Launch(stream, y, x, weight, rows, scratch.Gemm(rows, weight.Width), epilogue, norm, epsilon);
        }
        else
        {
            _gemm.Launch(stream, y, x, weight, rows, scratch.Gemm(rows, weight.Width), epilogue, norm, epsilon);
        }

        if (weight.Bias is { } bias) _addBias.Launch(stream, y, (CudaTensor)bias, rows);
    }
}
