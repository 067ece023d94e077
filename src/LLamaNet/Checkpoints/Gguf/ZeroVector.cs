using LLamaNet.Tensors;

namespace LLamaNet.Checkpoints.Gguf;

// A bias that a file leaves out where it has others.
internal sealed class ZeroVector(string name, int width) : MatrixSource(name, DType.F32, 1, width)
{
    public override void ReadRows(int firstRow, int count, Span<byte> destination) => destination.Clear();
}
