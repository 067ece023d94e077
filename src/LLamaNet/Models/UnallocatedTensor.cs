using LLamaNet.Tensors;

namespace LLamaNet.Models;

// A tensor that only has a shape: for plans.
internal sealed class UnallocatedTensor(DType type, int rows, int width) : Tensor(type, rows, width)
{
    public override void Dispose()
    {
    }
}
