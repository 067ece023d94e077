namespace LLamaNet.Tensors;

// A matrix with its rows in another order: row r of a group of groupRows rows is the source's row
// sourceRowInGroup(r) of the same group. So a group is read whole and reordered in memory.
internal sealed class PermutedMatrix(MatrixSource source, int groupRows, Func<int, int> sourceRowInGroup)
    : MatrixSource(source.Name, source.Type, source.Rows, source.Width)
{
    public override void ReadRows(int firstRow, int count, Span<byte> destination)
    {
        int rowBytes = checked((int)RowBytes);
        var group = new byte[checked(groupRows * rowBytes)];
        for (int row = firstRow, end = firstRow + count; row < end;)
        {
            int groupStart = row / groupRows * groupRows;
            int groupEnd = Math.Min(groupStart + groupRows, end);
            source.ReadRows(groupStart, groupRows, group);
            for (; row < groupEnd; row++)
            {
                int from = sourceRowInGroup(row - groupStart);
                group.AsSpan(from * rowBytes, rowBytes).CopyTo(destination[((row - firstRow) * rowBytes)..]);
            }
        }
    }
}
