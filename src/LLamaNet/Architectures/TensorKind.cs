namespace LLamaNet.Architectures;

// The way in which a tensor enters the forward pass.
internal enum TensorKind
{
    // Weights of a product, in any format.
    Matrix,

    // Gains of an RMSNorm: one row, kept as F32.
    Norm,
}
