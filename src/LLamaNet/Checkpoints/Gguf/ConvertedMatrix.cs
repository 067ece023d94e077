using System.Buffers;
using System.Globalization;
using System.Numerics.Tensors;
using LLamaNet.Tensors;

namespace LLamaNet.Checkpoints.Gguf;

// A matrix of a checkpoint read in another format. Rows that are not finite, before or after, are refused.
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
            CheckFinite(values, firstRow, "finite weights");
            if (source.Type == Type)
            {
                rows.CopyTo(destination);
                return;
            }

            WeightFormat.Of(Type).Quantize(values, destination);
            WeightFormat.Of(Type).Dequantize(destination, values);
            CheckFinite(values, firstRow, $"weights within the range of {Type}");
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
            ArrayPool<float>.Shared.Return(numbers);
        }
    }

    private void CheckFinite(ReadOnlySpan<float> values, int firstRow, string expected)
    {
        if (TensorPrimitives.IsFiniteAll(values)) return;
        int index = 0;
        while (float.IsFinite(values[index])) index++;
        string found = $"{values[index].ToString(CultureInfo.InvariantCulture)} in row {firstRow + index / Width}, column {index % Width}";
        throw new ModelFormatException(path, Name, expected, found);
    }
}
