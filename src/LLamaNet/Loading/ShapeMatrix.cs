using LLamaNet.Tensors;

namespace LLamaNet.Loading;

// The tensors that a configuration implies, without contents: for plans.
internal sealed class ShapeMatrix(string name, DType type, int rows, int width) : MatrixSource(name, type, rows, width)
{
    public override void ReadRows(int firstRow, int count, Span<byte> destination) =>
        throw new InvalidOperationException($"{Name} has a shape and no contents.");
}
