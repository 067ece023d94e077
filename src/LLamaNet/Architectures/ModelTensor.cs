namespace LLamaNet.Architectures;

// A tensor that a model has: [Rows, Width], outputs and inputs of a product. A vector is one row.
// Weight: the packed weight that it is part of; null for a norm.
// IsRotated: the rows, or the elements of a vector, belong to heads whose elements are rotated in pairs (RopeOrder).
internal sealed record ModelTensor(
    TensorId Id, TensorKind Kind, PackedWeight? Weight, int Rows, int Width, TensorSplit Split, bool IsRotated)
{
    public TensorRole Role => Id.Role;

    public int? Layer => Id.Layer;

    public long Count => (long)Rows * Width;
}
