using LLamaNet.Tensors;

namespace LLamaNet.Checkpoints.Gguf;

// An entry of a GGUF file's tensor list, checked against the file. Shape: fastest dimension first, as the file has it.
internal sealed record GgufTensor(
    CheckedFile File, string Name, GgmlType Type, IReadOnlyList<long> Shape, long Offset, long Bytes)
{
    public TensorSummary Summarize() => new(Name, Type.Name, [.. Shape.Reverse()], Bytes);

    // The first dimension is the width of a row, all others count rows.
    public MatrixSource ToMatrix()
    {
        if (WeightFormat.TryFind(Type.Id) is not { } format)
        {
            string known = string.Join(", ", WeightFormat.All.Select(known => known.Type));
            throw new ModelFormatException(File.Path, Name, $"one of the types {known}", Type.Name);
        }

        long rows = Shape.Skip(1).Aggregate(1L, (product, size) => product * size);
        if (Shape[0] > int.MaxValue || rows > int.MaxValue)
        {
            string expected = $"at most {int.MaxValue} rows and columns";
            throw new ModelFormatException(File.Path, Name, expected, $"{rows} rows of {Shape[0]}");
        }

        return new FileMatrix(File, Offset, Name, format.Type, (int)rows, (int)Shape[0]);
    }
}
