namespace LLamaNet.Console;

// The format that holds most bytes of a checkpoint: what people call its type.
internal static class StoredType
{
    public static DType? Of(CheckpointSummary summary)
    {
        string? name = summary.Tensors
            .GroupBy(tensor => tensor.Type)
            .MaxBy(group => group.Sum(tensor => tensor.Bytes))?.Key;
        return Enum.TryParse(name, ignoreCase: true, out DType type) && Enum.IsDefined(type) ? type : null;
    }
}
