using LLamaNet.Backends;
using LLamaNet.Tensors;
using Xunit;

namespace LLamaNet.Tests.Doubles;

// An F32 tensor for an operation's output, filled with a value that no operation produces. It has a row more than is used,
// so that a value left out shows, and so does one behind the end.
internal sealed class Guarded : IDisposable
{
    public const float Value = -1234.5625f;

    private readonly Backend _backend;
    private readonly int _rows;

    public Guarded(Backend backend, int rows, int width)
        : this(backend, rows, width, Enumerable.Repeat(Value, rows * width).ToArray())
    {
    }

    public Guarded(Backend backend, int rows, int width, ReadOnlySpan<float> values)
    {
        _backend = backend;
        _rows = rows;
        Tensor = backend.Allocate(DType.F32, rows + 1, width);
        backend.Write(Tensor, [.. values, .. Enumerable.Repeat(Value, width)]);
    }

    public Tensor Tensor { get; }

    public float[] Read() => Used(_backend.Values(Tensor), _rows * Tensor.Width);

    // The first values, all of which must have been written, and none behind them.
    public static float[] Used(float[] values, int count)
    {
        Assert.False(values.AsSpan(count).ContainsAnyExcept(Value), "Written behind the last row.");
        Assert.False(values.AsSpan(0, count).Contains(Value), "Not all of the output was written.");
        return values[..count];
    }

    public void Dispose() => Tensor.Dispose();
}
