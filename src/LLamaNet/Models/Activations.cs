using LLamaNet.Backends;
using LLamaNet.Tensors;

namespace LLamaNet.Models;

// Every intermediate result of the forward pass that it names, allocated once. allocate: makes F32 tensors of rows and width.
internal sealed class Activations(LlamaConfig config, StepLimits limits, Func<int, int, Tensor> allocate) : IDisposable
{
    public Tensor Residual { get; } = allocate(limits.MaxRows, config.Width); // [rows, width]
    public Tensor Qkv { get; } = allocate(limits.MaxRows, limits.Shape.QkvWidth); // [rows, q | k | v]
    public Tensor Attended { get; } = allocate(limits.MaxRows, limits.Shape.QueryWidth); // [rows, heads * headDim]
    public Tensor Hidden { get; } = allocate(limits.MaxRows, config.FfnWidth); // [rows, ffnWidth]
    public Tensor Outputs { get; } = allocate(limits.MaxOutputs, config.Width); // [outputs, width]
    public Tensor Logits { get; } = allocate(limits.MaxOutputs, config.VocabularySize); // [outputs, vocabulary]

    private Tensor[] All => [Residual, Qkv, Attended, Hidden, Outputs, Logits];

    public static long Bytes(LlamaConfig config, StepLimits limits)
    {
        using var planned = new Activations(config, limits, (rows, width) => new UnallocatedTensor(DType.F32, rows, width));
        return planned.All.Sum(tensor => tensor.Bytes);
    }

    public void Dispose()
    {
        foreach (Tensor tensor in All) tensor.Dispose();
    }
}
