using LLamaNet.Tensors;

namespace LLamaNet.Backends.Cuda.Weights;

// Rows of plain numbers, each padded with zeros to whole loads.
internal sealed unsafe class FloatPlanes(DType type) : PlaneFormat(type)
{
    public override bool QuantizesActivations => false;

    public override PlaneLayout Layout(int rows, int width)
    {
        long units = (WeightFormat.Of(Type).RowBytes(width) + PlaneLayout.RowAlignment - 1) / PlaneLayout.RowAlignment;
        int rowBytes = checked((int)(units * PlaneLayout.RowAlignment));
        return new PlaneLayout(rows, rowBytes, 0, 0, 0);
    }

    public override void Pack(byte* rows, int count, int width, byte* planes, PlaneLayout layout, int firstRow)
    {
        int rowBytes = (int)WeightFormat.Of(Type).RowBytes(width);
        for (int i = 0; i < count; i++)
        {
            var row = new Span<byte>(planes + (long)(firstRow + i) * layout.LowRowBytes, layout.LowRowBytes);
            new ReadOnlySpan<byte>(rows + (long)i * rowBytes, rowBytes).CopyTo(row);
            row[rowBytes..].Clear();
        }
    }

    public override void Unpack(byte* planes, PlaneLayout layout, int firstRow, int width, byte* row)
    {
        int rowBytes = (int)WeightFormat.Of(Type).RowBytes(width);
        new ReadOnlySpan<byte>(planes + (long)firstRow * layout.LowRowBytes, rowBytes).CopyTo(new Span<byte>(row, rowBytes));
    }
}
