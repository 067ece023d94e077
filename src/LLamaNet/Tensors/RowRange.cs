namespace LLamaNet.Tensors;

// Some rows of a matrix, one of several that a file holds as one.
internal sealed class RowRange(MatrixSource source, int first, int rows)
    : MatrixSource(source.Name, source.Type, rows, source.Width)
{
    public override void ReadRows(int firstRow, int count, Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(firstRow);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Rows - firstRow);
        source.ReadRows(first + firstRow, count, destination);
    }
}
