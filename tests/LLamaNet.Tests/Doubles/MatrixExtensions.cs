using LLamaNet.Tensors;

namespace LLamaNet.Tests.Doubles;

internal static class MatrixExtensions
{
    // All rows, in double precision.
    public static double[][] ReadNumbers(this MatrixSource matrix)
    {
        var blocks = new byte[matrix.Bytes];
        matrix.ReadRows(0, matrix.Rows, blocks);
        var values = new float[matrix.Rows * matrix.Width];
        WeightFormat.Of(matrix.Type).Dequantize(blocks, values);
        return [.. values.Select(value => (double)value).Chunk(matrix.Width)];
    }
}
