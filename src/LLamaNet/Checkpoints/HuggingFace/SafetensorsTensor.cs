namespace LLamaNet.Checkpoints.HuggingFace;

// Offset: from the start of the file.
internal sealed record SafetensorsTensor(string Name, SafetensorsType Type, IReadOnlyList<long> Shape, long Offset, long Bytes)
{
    public TensorSummary Summarize() => new(Name, Type.Name, Shape, Bytes);

    public string ShapeInWords => $"[{string.Join(", ", Shape)}]";
}
