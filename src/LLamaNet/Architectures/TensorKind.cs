namespace LLamaNet.Architectures;

// The way in which a tensor enters the forward pass.
internal enum TensorKind
{
    // Weights of a product, in any format.
    Matrix,

    // Added to the results of the product with the matrix of the same role: one row, kept as F32.
    Bias,

    // Gains of an RMSNorm: one row, kept as F32.
    Norm,
}
