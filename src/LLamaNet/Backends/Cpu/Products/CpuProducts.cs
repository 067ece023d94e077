using LLamaNet.Backends.Cpu.Memory;
using LLamaNet.Backends.Cpu.Simd;
using LLamaNet.Backends.Cpu.Threads;
using LLamaNet.Tensors;

namespace LLamaNet.Backends.Cpu.Products;

// Weights in tiles, and the products with them. dots: see CpuBackend.
internal sealed class CpuProducts(ChunkPool pool, SimdWidth width, ByteDots? dots, CpuScratch scratch, MemoryCount memory)
{
    public CpuWeight Load(IReadOnlyList<MatrixSource> parts, Action<long> bytesRead, CancellationToken cancellationToken)
    {
        var weight = new CpuWeight(parts, width, dots, memory);
        try
        {
            for (int i = 0; i < parts.Count; i++)
            {
                var work = new LoadRows(weight.Parts[i], parts[i], bytesRead, cancellationToken);
                pool.Run(work.Chunks, work);
            }
        }
        catch
        {
            weight.Dispose();
            throw;
        }

        return weight;
    }

    // y[r] = weight . x[r], or y[r] += weight . x[r]                 y: [rows, weight.Rows], x: [rows, weight.Width]
    public void Multiply(CpuTensor y, CpuTensor x, CpuWeight weight, int rows, bool add)
    {
        if (rows == 0) return;
        if (weight.TakesQuantized) Quantize(x, rows);
        if (weight.TakesFloats) Copy(x, rows);
        var split = new PanelSplit(weight, (rows + TileKernel.GroupTokens - 1) / TileKernel.GroupTokens, pool.Threads);
        pool.Run(split.Chunks, new MatMul(y, weight, scratch.Quantized, scratch.Floats, add, split));
    }

    private void Quantize(CpuTensor x, int rows)
    {
        ActivationRecords records = scratch.Quantized;
        records.Resize(rows, x.Width);
        var split = new ActivationSplit(records, x.Width);
        switch (width)
        {
            case SimdWidth.V512:
                pool.Run(split.Chunks, new QuantizeActivations<Register512>(x, records, split));
                break;
            case SimdWidth.V256:
                pool.Run(split.Chunks, new QuantizeActivations<Register256>(x, records, split));
                break;
            default:
                pool.Run(split.Chunks, new QuantizeActivations<RegisterPortable>(x, records, split));
                break;
        }
    }

    private void Copy(CpuTensor x, int rows)
    {
        scratch.Floats.Resize(rows, x.Width);
        var split = new ActivationSplit(scratch.Floats, x.Width);
        pool.Run(split.Chunks, new CopyActivations(x, scratch.Floats, split));
    }
}
