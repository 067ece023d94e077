using System.Runtime.CompilerServices;
using LLamaNet.Backends.Cpu.Memory;
using LLamaNet.Backends.Cpu.Threads;

namespace LLamaNet.Backends.Cpu.Products;

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

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run(int chunk)
    {
        (int first, int end) = _split.Panels(chunk);
        var outputs = new PanelOutputs(_y.Pointer, _weight.Rows, _add);
        foreach (CpuWeight.Part part in _weight.Parts)
        {
            ActivationRecords records = part.Format.QuantizesActivations ? _quantized : _floats;
            part.Kernel.Multiply(part, Math.Max(0, first), Math.Min(part.Panels, end), records, outputs);
            first -= part.Panels;
            end -= part.Panels;
        }
    }
}
