using LLamaNet.Backends;
using LLamaNet.Tensors;
using Xunit;

namespace LLamaNet.Tests.Doubles;

// An F32 tensor for an operation's output: filled with a value no operation produces, and one row longer than is used, so
// that both what is left out and what is written behind the end show.
internal sealed class Guarded : IDisposable
{
    private const float Guard = -1234.5625f;

    private readonly Backend _backend;
    private readonly int _rows;

    public Guarded(Backend backend, int rows, int width)
        : this(backend, rows, width, Enumerable.Repeat(Guard, rows * width).ToArray())
    {
    }

    public Guarded(Backend backend, int rows, int width, ReadOnlySpan<float> values)
    {
        _backend = backend;
        _rows = rows;
        Tensor = backend.Allocate(DType.F32, rows + 1, width);
        backend.Write(Tensor, [.. values, .. Enumerable.Repeat(Guard, width)]);
    }

    public Tensor Tensor { get; }

    public float[] Read()
    {
        var values = new float[(_rows + 1) * Tensor.Width];
        _backend.Read(Tensor, 0, values);
        int used = _rows * Tensor.Width;
        Assert.False(values.AsSpan(used).ContainsAnyExcept(Guard), "Written behind the last row.");
        Assert.False(values.AsSpan(0, used).Contains(Guard), "Not all of the output was written.");
        return values[..used];
    }

    public void Dispose() => Tensor.Dispose();
}
