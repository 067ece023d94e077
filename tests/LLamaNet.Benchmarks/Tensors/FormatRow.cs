using LLamaNet.Tensors;

namespace LLamaNet.Benchmarks.Tensors;

// One row of a matrix of a 7B model, as floats and in a format.
public sealed record FormatRow(DType Type) : IMovesBytes
{
    public const int Width = 4096;

    public long Bytes => Width * sizeof(float) + Format.RowBytes(Width);

    internal WeightFormat Format => WeightFormat.Of(Type);

    public override string ToString() => Type.ToString();
}
