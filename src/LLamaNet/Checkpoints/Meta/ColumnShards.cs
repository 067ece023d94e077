using System.Buffers;
using LLamaNet.Tensors;

namespace LLamaNet.Checkpoints.Meta;

// Matrices of equal shape, side by side. Numbers are not in blocks, so any width may be cut.
internal sealed class ColumnShards(string name, MatrixSource[] parts)
    : MatrixSource(name, parts[0].Type, parts[0].Rows, parts.Sum(part => part.Width))
{
    private const int BufferBytes = 256 << 10;

    public override void ReadRows(int firstRow, int count, Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(firstRow);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Rows - firstRow);
        ArgumentOutOfRangeException.ThrowIfNotEqual(destination.Length, count * RowBytes);
        int partBytes = (int)parts[0].RowBytes, rowBytes = (int)RowBytes;
        int rowsAtOnce = Math.Max(1, BufferBytes / partBytes);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(Math.Min(rowsAtOnce, Math.Max(count, 1)) * partBytes);
        try
        {
            for (int done = 0; done < count; done += rowsAtOnce)
            {
                int rows = Math.Min(rowsAtOnce, count - done);
                Span<byte> rowsOfPart = buffer.AsSpan(0, rows * partBytes);
                for (int i = 0; i < parts.Length; i++)
                {
                    parts[i].ReadRows(firstRow + done, rows, rowsOfPart);
                    for (int row = 0; row < rows; row++)
                        rowsOfPart.Slice(row * partBytes, partBytes).CopyTo(destination[((done + row) * rowBytes + i * partBytes)..]);
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
