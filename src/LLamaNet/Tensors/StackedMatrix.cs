namespace LLamaNet.Tensors;

// Matrices of one width, one below the other.
internal sealed class StackedMatrix(string name, MatrixSource[] parts)
    : MatrixSource(name, parts[0].Type, parts.Sum(part => part.Rows), parts[0].Width)
{
    public override void ReadRows(int firstRow, int count, Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(firstRow);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Rows - firstRow);
        ArgumentOutOfRangeException.ThrowIfNotEqual(destination.Length, count * RowBytes);
        foreach (MatrixSource part in parts)
        {
            if (firstRow < part.Rows && count > 0)
            {
                int here = Math.Min(count, part.Rows - firstRow);
                int bytes = (int)(here * RowBytes);
                part.ReadRows(firstRow, here, destination[..bytes]);
                destination = destination[bytes..];
                count -= here;
                firstRow += here;
            }

            firstRow -= part.Rows;
        }
    }
}
