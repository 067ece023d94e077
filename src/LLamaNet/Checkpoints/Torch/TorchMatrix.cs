using LLamaNet.Tensors;

namespace LLamaNet.Checkpoints.Torch;

// Rows of a storage, from byte offset on, strideBytes apart: one after the other, or the columns of a wider matrix.
internal sealed class TorchMatrix(
    TorchStorage storage, long offset, long strideBytes, string name, DType type, int rows, int width)
    : MatrixSource(name, type, rows, width)
{
    public override void ReadRows(int firstRow, int count, Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(firstRow);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Rows - firstRow);
        ArgumentOutOfRangeException.ThrowIfNotEqual(destination.Length, count * RowBytes);
        if (strideBytes == RowBytes)
        {
            storage.ReadExactly(offset + firstRow * RowBytes, destination);
            return;
        }

        for (int row = 0; row < count; row++)
            storage.ReadExactly(offset + (firstRow + row) * strideBytes, destination.Slice(row * (int)RowBytes, (int)RowBytes));
    }
}
