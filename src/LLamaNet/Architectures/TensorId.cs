namespace LLamaNet.Architectures;

// Tells a model's tensors apart. Layer: null for those outside the layers.
internal readonly record struct TensorId(TensorRole Role, int? Layer = null)
{
    public override string ToString() => Layer is { } layer ? $"{Role} of layer {layer}" : $"{Role}";
}
