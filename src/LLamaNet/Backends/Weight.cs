using System.Diagnostics;
using LLamaNet.Tensors;

namespace LLamaNet.Backends;

// The right-hand side of a matrix product in a device's own layout. Several matrices of one width may be packed into
// one weight (Q, K and V; gate and up): their outputs stand side by side, so one launch and one quantization of the
// activations serves all of them. The parts may differ in format.
[DebuggerDisplay("{TypeNames,nq} [{Rows}, {Width}]")]
internal abstract class Weight(IReadOnlyList<MatrixSource> parts) : IDisposable
{
    public int Width { get; } = parts[0].Width;
    public int Rows { get; } = parts.Sum(part => part.Rows);
    public IReadOnlyList<DType> Types { get; } = [.. parts.Select(part => part.Type)];

    // "Q4_K" or, for parts of several formats, "Q4_K+Q6_K".
    public string TypeNames => string.Join('+', Types.Distinct());

    // Added to every product; set by the device that loads the weight. [1, Rows] F32
    public Tensor? Bias { get; set; }

    // Of weights, padding not included.
    public long Count => (long)Rows * Width;

    // Device memory that a product reads, padding included.
    public abstract long Bytes { get; }

    public virtual void Dispose() => Bias?.Dispose();
}
