using System.Buffers;

namespace LLamaNet.Tensors;

// A matrix in another weight format, converted as its rows are read. Weights that are not finite are refused by name.
internal sealed class ConvertedMatrix(MatrixSource source, DType type, string path)
    : MatrixSource(source.Name, type, source.Rows, source.Width)
{
    public override void ReadRows(int firstRow, int count, Span<byte> destination)
    {
        WeightFormat from = WeightFormat.Of(source.Type);
        WeightFormat to = WeightFormat.Of(Type);
        int sourceBytes = checked((int)(source.RowBytes * count));
        byte[] blocks = ArrayPool<byte>.Shared.Rent(sourceBytes);
        float[] values = ArrayPool<float>.Shared.Rent(Width);
        try
        {
            source.ReadRows(firstRow, count, blocks.AsSpan(0, sourceBytes));
            for (int i = 0; i < count; i++)
            {
                Span<float> row = values.AsSpan(0, Width);
                from.Dequantize(blocks.AsSpan((int)(i * source.RowBytes), (int)source.RowBytes), row);
                if (!Finite.All(row))
                    throw new ModelFormatException(path, $"{Name}, row {firstRow + i}", "finite weights", "an infinity or NaN");
                to.Quantize(row, destination.Slice(checked((int)(i * RowBytes)), (int)RowBytes));
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(blocks);
            ArrayPool<float>.Shared.Return(values);
        }
    }
}
