using LLamaNet.Tensors;

namespace LLamaNet.Checkpoints.Gguf;

// A query or key matrix whose heads hold their pairs as split halves, read with the pairs adjacent:
// row 2 i + j of a head is the source's row j * headDim / 2 + i.
internal sealed class AdjacentPairRows(MatrixSource source, int headDim)
    : MatrixSource(source.Name, source.Type, source.Rows, source.Width)
{
    public override void ReadRows(int firstRow, int count, Span<byte> destination)
    {
        int rowBytes = (int)RowBytes;
        for (int i = 0; i < count; i++)
        {
            (int head, int row) = int.DivRem(firstRow + i, headDim);
            int sourceRow = head * headDim + (row & 1) * (headDim / 2) + row / 2;
            source.ReadRows(sourceRow, 1, destination.Slice(i * rowBytes, rowBytes));
        }
    }
}
