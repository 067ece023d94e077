using LLamaNet.Tensors;

namespace LLamaNet.Checkpoints.Torch;

// Rows of a storage, from byte offset on, pitchBytes apart: one after the other, or the columns of a wider matrix.
internal sealed class TorchMatrix(
    TorchStorage storage, long offset, long pitchBytes, string name, DType type, int rows, int width)
    : MatrixSource(name, type, rows, width)
{
    public override void ReadRows(int firstRow, int count, Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(firstRow);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Rows - firstRow);
        ArgumentOutOfRangeException.ThrowIfNotEqual(destination.Length, count * RowBytes);
        if (pitchBytes == RowBytes)
        {
            storage.ReadExactly(offset + firstRow * RowBytes, destination);
            return;
        }

        for (int row = 0; row < count; row++)
            storage.ReadExactly(offset + (firstRow + row) * pitchBytes, destination.Slice(row * (int)RowBytes, (int)RowBytes));
    }
}
