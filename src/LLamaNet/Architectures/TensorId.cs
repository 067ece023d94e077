namespace LLamaNet.Architectures;

// Tells a model's tensors apart. Layer: null for those outside the layers. A bias has the role of its matrix.
internal readonly record struct TensorId(TensorRole Role, int? Layer = null, bool IsBias = false)
{
    public override string ToString() => $"{Role}{(IsBias ? " bias" : "")}{(Layer is { } layer ? $" of layer {layer}" : "")}";
}
