using LLamaNet.Backends.Cuda.Weights;

namespace LLamaNet.Backends.Cuda.Products;

// What kernels can do in a product, by the formats of its weight's matrices alone: known before the weight is loaded.
// AllQuantized, AnyQuantized: matrices that take quantized activations. IsOneMatrix: neighbors of one format are one.
// HasBias: which is added between the product and SwiGLU.
internal readonly record struct ProductForm(bool AllQuantized, bool AnyQuantized, bool AnyF32, bool IsOneMatrix, bool HasBias)
{
    public static ProductForm Of(IReadOnlyList<DType> types, bool hasBias) => new(
        types.All(IsQuantized), types.Any(IsQuantized), types.Contains(DType.F32), types.All(type => type == types[0]), hasBias);

    // Tensor cores take no F32.
    public bool TakesGemm => !AnyF32;

    // A few rows are read as fast as memory gives the weight; more are multiplied on tensor cores.
    public bool IsGemv(int rows) => rows <= GemvKernel.MaxRows || !TakesGemm;

    // Whether the norm before the product can be part of it.
    public bool TakesNorm(int rows) => !IsGemv(rows) || GemvTakesNorm(rows);

    public bool GemvTakesNorm(int rows) => rows == 1 || AllQuantized;

    // Whether the SwiGLU behind the product can be part of it.
    public bool TakesSwiGlu => IsOneMatrix && !HasBias;

    // The most rows, up to maxRows, that need the norm as an operation of its own.
    public int MaxNormedRows(int maxRows)
    {
        int gemvRows = TakesGemm ? Math.Min(maxRows, GemvKernel.MaxRows) : maxRows;
        return GemvTakesNorm(gemvRows) ? 0 : gemvRows;
    }

    private static bool IsQuantized(DType type) => PlaneFormat.Of(type).QuantizesActivations;
}
