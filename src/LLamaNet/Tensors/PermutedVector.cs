using System.Runtime.InteropServices;

namespace LLamaNet.Tensors;

// A vector as F32 with its elements in another order. Elements move only inside groups of groupLength.
internal sealed class PermutedVector(MatrixSource source, int groupLength, Func<int, int> sourceElementInGroup)
    : MatrixSource(source.Name, DType.F32, 1, source.Width)
{
    public override void ReadRows(int firstRow, int count, Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(destination.Length, count * RowBytes);
        if (count == 0) return;
        float[] values = source.ReadVector();
        Span<float> permuted = MemoryMarshal.Cast<byte, float>(destination);
        for (int i = 0; i < values.Length; i++)
        {
            int start = i / groupLength * groupLength;
            permuted[i] = values[start + sourceElementInGroup(i - start)];
        }
    }
}
