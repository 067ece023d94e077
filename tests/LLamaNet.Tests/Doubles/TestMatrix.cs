using LLamaNet.Tensors;

namespace LLamaNet.Tests.Doubles;

// Random weights between -1 and 1 in a format.
internal sealed class TestMatrix : MatrixSource
{
    private readonly byte[] _blocks;

    public TestMatrix(DType type, int rows, int width, int seed)
        : base("test", type, rows, width)
    {
        _blocks = new byte[Bytes];
        WeightFormat.Of(type).Quantize(Values.Uniform(rows * width, seed), _blocks);
    }

    public ReadOnlySpan<byte> Blocks => _blocks;

    public float[] Dequantized()
    {
        var values = new float[Rows * Width];
        WeightFormat.Of(Type).Dequantize(_blocks, values);
        return values;
    }

    public override void ReadRows(int firstRow, int count, Span<byte> destination) =>
        _blocks.AsSpan((int)(firstRow * RowBytes), (int)(count * RowBytes)).CopyTo(destination);
}
