using LLamaNet.Tensors;

namespace LLamaNet.Loading;

// A matrix of seeded random weights in any format, as fast to make as a copy: every run of 256 weights is drawn from a
// small pool of runs quantized once. Standard deviation 1 / sqrt(width), which keeps activations near 1.
internal sealed class RandomMatrix : MatrixSource
{
    private const int RunLength = 256;
    private const int PoolRuns = 512;

    private readonly byte[] _pool;
    private readonly int _runBytes;
    private readonly ulong _seed;

    public RandomMatrix(string name, DType type, int rows, int width, ulong seed)
        : base(name, type, rows, width)
    {
        _seed = seed;
        WeightFormat format = WeightFormat.Of(type);
        _runBytes = checked((int)format.RowBytes(RunLength));
        _pool = new byte[PoolRuns * _runBytes];
        var random = new Random(unchecked((int)(seed ^ seed >> 32)));
        var values = new float[RunLength];
        float scale = MathF.Sqrt(3f / width);
        for (int i = 0; i < PoolRuns; i++)
        {
            for (int k = 0; k < values.Length; k++) values[k] = (2 * random.NextSingle() - 1) * scale;
            format.Quantize(values, _pool.AsSpan(i * _runBytes, _runBytes));
        }
    }

    public override void ReadRows(int firstRow, int count, Span<byte> destination)
    {
        int rowBytes = checked((int)RowBytes);
        for (int i = 0; i < count; i++)
        {
            Span<byte> row = destination.Slice(i * rowBytes, rowBytes);
            for (ulong run = 0; row.Length > 0; run++)
            {
                int index = (int)(Mix(_seed ^ ((ulong)(firstRow + i) << 32 | run)) % PoolRuns);
                int bytes = Math.Min(row.Length, _runBytes);
                _pool.AsSpan(index * _runBytes, bytes).CopyTo(row);
                row = row[bytes..];
            }
        }
    }

    // splitmix64's finalizer.
    private static ulong Mix(ulong x)
    {
        x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
        x = (x ^ x >> 27) * 0x94d049bb133111eb;
        return x ^ x >> 31;
    }
}
