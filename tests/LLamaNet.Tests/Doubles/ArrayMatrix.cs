using System.Runtime.InteropServices;
using LLamaNet.Tensors;

namespace LLamaNet.Tests.Doubles;

internal sealed class ArrayMatrix(string name, int rows, int width, float[] values) : MatrixSource(name, DType.F32, rows, width)
{
    public override void ReadRows(int firstRow, int count, Span<byte> destination) =>
        MemoryMarshal.AsBytes(values.AsSpan(firstRow * Width, count * Width)).CopyTo(destination);

    // Seeded weights around 0.
    public static ArrayMatrix Random(string name, int rows, int width)
    {
        var random = new Random(name.Sum(c => c) * 31 + rows);
        return new ArrayMatrix(name, rows, width, [.. Enumerable.Range(0, rows * width).Select(_ => random.NextSingle() - 0.5f)]);
    }
}
