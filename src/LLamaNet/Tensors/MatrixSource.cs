using System.Diagnostics;

namespace LLamaNet.Tensors;

// A named matrix whose rows are read on demand, in one of the weight formats. A vector is one row.
// ReadRows may be called from several threads at once.
[DebuggerDisplay("{Name,nq}: {Type} [{Rows}, {Width}]")]
internal abstract class MatrixSource(string name, DType type, int rows, int width)
{
    public string Name { get; } = name;
    public DType Type { get; } = type;
    public int Rows { get; } = rows;
    public int Width { get; } = width;
    public long RowBytes { get; } = WeightFormat.Of(type).RowBytes(width);
    public long Bytes => RowBytes * Rows;

    // destination: count rows of RowBytes each. Throws ModelFormatException when the file ends early.
    public abstract void ReadRows(int firstRow, int count, Span<byte> destination);

    // The numbers of the first row.
    public float[] ReadVector()
    {
        var blocks = new byte[RowBytes];
        ReadRows(0, 1, blocks);
        var values = new float[Width];
        WeightFormat.Of(Type).Dequantize(blocks, values);
        return values;
    }
}
