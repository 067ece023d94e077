using LLamaNet.Tensors;

namespace LLamaNet.Checkpoints;

// Rows that lie back to back in a file.
internal sealed class FileMatrix(CheckedFile file, long offset, string name, DType type, int rows, int width)
    : MatrixSource(name, type, rows, width)
{
    public override void ReadRows(int firstRow, int count, Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(firstRow);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Rows - firstRow);
        ArgumentOutOfRangeException.ThrowIfNotEqual(destination.Length, count * RowBytes);
        file.ReadExactly(offset + firstRow * RowBytes, destination);
    }
}
