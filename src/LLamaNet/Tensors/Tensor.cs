using System.Diagnostics;

namespace LLamaNet.Tensors;

// A row-major matrix in a backend's memory: activations, norms, the KV cache. Weights of matrix products are Weight.
[DebuggerDisplay("{Type} [{Rows}, {Width}]")]
internal abstract class Tensor(DType type, int rows, int width) : IDisposable
{
    public DType Type { get; } = type;
    public int Rows { get; } = rows;
    public int Width { get; } = width;
    public long Bytes => Rows * WeightFormat.Of(Type).RowBytes(Width);

    public abstract void Dispose();
}
