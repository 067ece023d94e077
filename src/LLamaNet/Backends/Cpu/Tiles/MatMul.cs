using System.Numerics.Tensors;
using System.Runtime.CompilerServices;

namespace LLamaNet.Backends.Cpu.Tiles;

// y[t] = weight . x[t], or y[t] += weight . x[t]
// Shapes    y: [tokens, weight.Rows]; x as records of [tokens, weight.Width].
// Threads   a chunk is a run of panels with all tokens.
// Numerics  an output is one kernel's sum, whatever the chunk and the group its token is in.
internal readonly unsafe struct MatMul(
    CpuTensor y, CpuWeight weight, ActivationRecords quantized, ActivationRecords floats, bool add, PanelSplit split) : IChunkWork
{
    private readonly CpuTensor _y = y;
    private readonly CpuWeight _weight = weight;
    private readonly ActivationRecords _quantized = quantized;
    private readonly ActivationRecords _floats = floats;
    private readonly bool _add = add;
    private readonly PanelSplit _split = split;

    public void Run(int chunk)
    {
        (int first, int end) = _split.Panels(chunk);
        foreach (CpuWeight.Part part in _weight.Parts)
        {
            Multiply(part, Math.Max(0, first), Math.Min(part.Panels, end));
            first -= part.Panels;
            end -= part.Panels;
        }
    }

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Multiply(CpuWeight.Part part, int firstPanel, int endPanel)
    {
        float* sums = stackalloc float[TileKernel.MaxTokens * TileKernel.Rows];
        ActivationRecords records = part.Format.QuantizesActivations ? _quantized : _floats;
        for (int group = 0; group < records.Groups; group++)
        {
            int tokens = records.TokensOf(group);
            float* y = _y.Pointer + (long)group * TileKernel.MaxTokens * _weight.Rows + part.FirstRow;
            for (int panel = firstPanel; panel < endPanel; panel++)
            {
                part.Kernel.Multiply(part.Panel(panel), part.Steps, records.Group(group), tokens, sums);
                int firstRow = panel * TileKernel.Rows, rows = part.Rows - firstRow;
                if (rows >= TileKernel.Rows) part.Kernel.Store(sums, tokens, y + firstRow, _weight.Rows, _add);
                else StoreSome(sums, tokens, y + firstRow, rows);
            }
        }
    }

    // Of a last panel with fewer than sixteen rows.
    private void StoreSome(float* sums, int tokens, float* y, int rows)
    {
        for (int token = 0; token < tokens; token++)
        {
            var source = new ReadOnlySpan<float>(sums + token * TileKernel.Rows, rows);
            var destination = new Span<float>(y + (long)token * _weight.Rows, rows);
            if (_add) TensorPrimitives.Add(destination, source, destination);
            else source.CopyTo(destination);
        }
    }
}
