namespace LLamaNet.Architectures;

// A tensor of a model's files: one of the model's tensors, or several fused into one, below each other.
internal sealed record StoredTensor(string Name, IReadOnlyList<ModelTensor> Parts)
{
    public int Rows => Parts.Sum(part => part.Rows);

    public int Width => Parts[0].Width;

    public TensorSplit Split => Parts[0].Split;
}
