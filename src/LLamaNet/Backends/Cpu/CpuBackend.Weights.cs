using System.Numerics.Tensors;
using LLamaNet.Tensors;
using Tensor = LLamaNet.Tensors.Tensor;

namespace LLamaNet.Backends.Cpu;

// Weights as plain F32 rows, one dot product per output.
internal sealed unsafe partial class CpuBackend
{
    public override long WeightBytes(DType type, int rows, int width) => (long)rows * width * sizeof(float);

    public override Weight Load(IReadOnlyList<MatrixSource> parts, Action<long> bytesRead, CancellationToken cancellationToken)
    {
        var weight = new DenseWeight(parts);
        int row = 0;
        foreach (MatrixSource part in parts)
        {
            var bytes = new byte[part.RowBytes];
            for (int i = 0; i < part.Rows; i++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                part.ReadRows(i, 1, bytes);
                WeightFormat.Of(part.Type).Dequantize(bytes, weight.Values.Row(row++));
                bytesRead(bytes.Length);
            }
        }

        return weight;
    }

    public override void Embed(Tensor y, Weight table, Batch batch)
    {
        for (int row = 0; row < batch.Count; row++)
            ((DenseWeight)table).Values.Row(batch.Tokens[row]).CopyTo(((CpuTensor)y).Row(row));
    }

    public override void MatMul(Tensor y, Tensor x, Weight weight, int rows)
    {
        CpuTensor values = ((DenseWeight)weight).Values;
        for (int row = 0; row < rows; row++)
        {
            Span<float> output = ((CpuTensor)y).Row(row);
            for (int i = 0; i < weight.Rows; i++) output[i] = TensorPrimitives.Dot(((CpuTensor)x).Row(row), values.Row(i));
        }
    }

    private sealed class DenseWeight(IReadOnlyList<MatrixSource> parts) : Weight(parts)
    {
        public CpuTensor Values { get; } = new(DType.F32, parts.Sum(part => part.Rows), parts[0].Width);

        public override long Bytes => Values.Bytes;

        public override void Dispose() => Values.Dispose();
    }
}
