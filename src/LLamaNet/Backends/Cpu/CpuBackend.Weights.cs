using LLamaNet.Backends.Cpu.Simd;
using LLamaNet.Backends.Cpu.Tiles;
using LLamaNet.Tensors;

namespace LLamaNet.Backends.Cpu;

// Weights in tiles, and the products with them.
internal sealed unsafe partial class CpuBackend
{
    private readonly ActivationRecords _quantized = new(QuantizedRecord.Length, QuantizedRecord.Bytes);
    private readonly ActivationRecords _floats = new(FloatRecord.Length, FloatRecord.Bytes);

    public override long WeightBytes(DType type, int rows, int width) => CpuWeight.PartBytes(type, rows, width);

    public override Weight Load(IReadOnlyList<MatrixSource> parts, Action<long> bytesRead, CancellationToken cancellationToken)
    {
        var weight = new CpuWeight(parts, Width, _dots);
        try
        {
            for (int i = 0; i < parts.Count; i++)
            {
                var work = new LoadRows(weight.Parts[i], parts[i], bytesRead, cancellationToken);
                _pool.Run(work.Chunks, work);
            }
        }
        catch
        {
            weight.Dispose();
            throw;
        }

        return weight;
    }

    public override void Embed(Tensor y, Weight table, Batch batch)
    {
        CpuTensor rows = Checked(y, batch.Count, table.Width);
        BatchChecks.Tokens(batch, table.Rows);
        fixed (int* tokens = batch.Tokens)
            _pool.Run(batch.Count, new Embed(rows, (CpuWeight)table, tokens));
    }

    public override void MatMul(Tensor y, Tensor x, Weight weight, int rows) => Multiply(y, x, weight, rows, add: false);

    public override void MatMulAdd(Tensor y, Tensor x, Weight weight, int rows, Tensor product) => Multiply(y, x, weight, rows, add: true);

    private void Multiply(Tensor y, Tensor x, Weight weight, int rows, bool add)
    {
        var tiles = (CpuWeight)weight;
        CpuTensor outputs = Checked(y, rows, weight.Rows), inputs = Checked(x, rows, weight.Width);
        if (rows == 0) return;
        _quantized.Resize(0, 0);
        _floats.Resize(0, 0);
        foreach (CpuWeight.Part part in tiles.Parts)
        {
            if (part.Format.QuantizesActivations) Quantize(inputs, rows);
            else Copy(inputs, rows);
        }

        var split = new PanelSplit(tiles, (rows + TileKernel.MaxTokens - 1) / TileKernel.MaxTokens, _pool.Threads);
        _pool.Run(split.Chunks, new MatMul(outputs, tiles, _quantized, _floats, add, split));
    }

    private void Quantize(CpuTensor x, int rows)
    {
        if (_quantized.Tokens == rows) return;
        _quantized.Resize(rows, x.Width);
        var split = new ActivationSplit(_quantized, x.Width);
        switch (Width)
        {
            case SimdWidth.V512:
                _pool.Run(split.Chunks, new QuantizeActivations<Register512>(x, _quantized, split));
                break;
            case SimdWidth.V256:
                _pool.Run(split.Chunks, new QuantizeActivations<Register256>(x, _quantized, split));
                break;
            default:
                _pool.Run(split.Chunks, new QuantizeActivations<RegisterPortable>(x, _quantized, split));
                break;
        }
    }

    private void Copy(CpuTensor x, int rows)
    {
        if (_floats.Tokens == rows) return;
        _floats.Resize(rows, x.Width);
        var split = new ActivationSplit(_floats, x.Width);
        _pool.Run(split.Chunks, new CopyActivations(x, _floats, split));
    }
}
