using System.Buffers;
using System.Globalization;

namespace LLamaNet.Tensors;

// A matrix of a checkpoint read in another format, or in its own. Weights that the format cannot hold are refused.
internal sealed class ConvertedMatrix(string path, string name, MatrixSource source, DType type)
    : MatrixSource(name, type, source.Rows, source.Width)
{
    public long SourceRowBytes => source.RowBytes;

    public override void ReadRows(int firstRow, int count, Span<byte> destination)
    {
        int sourceBytes = checked((int)(count * source.RowBytes)), length = checked(count * Width);
        byte[] bytes = ArrayPool<byte>.Shared.Rent(sourceBytes);
        float[] numbers = ArrayPool<float>.Shared.Rent(length);
        try
        {
            Span<byte> rows = bytes.AsSpan(0, sourceBytes);
            Span<float> values = numbers.AsSpan(0, length);
            source.ReadRows(firstRow, count, rows);
            WeightFormat.Of(source.Type).Dequantize(rows, values);
            CheckRange(values, firstRow);
            if (source.Type == Type) rows.CopyTo(destination);
            else WeightFormat.Of(Type).Quantize(values, destination);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
            ArrayPool<float>.Shared.Return(numbers);
        }
    }

    private void CheckRange(ReadOnlySpan<float> values, int firstRow)
    {
        WeightFormat format = WeightFormat.Of(source.Type == Type ? DType.F32 : Type);
        if (format.CanHold(values)) return;
        int index = 0;
        while (format.CanHold(values.Slice(index, 1))) index++;
        string number = values[index].ToString(CultureInfo.InvariantCulture);
        string max = format.MaxMagnitude.ToString(CultureInfo.InvariantCulture);
        throw new ModelFormatException(
            path,
            Name,
            float.IsFinite(values[index]) ? $"weights of at most {max} for {Type}" : "finite weights",
            $"{number} in row {firstRow + index / Width}, column {index % Width}");
    }
}
