using LLamaNet.Backends;
using LLamaNet.Tensors;

namespace LLamaNet.Tests.Doubles;

internal static class BackendExtensions
{
    public static Tensor Tensor(this Backend backend, int rows, int width, ReadOnlySpan<float> values)
    {
        Tensor tensor = backend.Allocate(DType.F32, rows, width);
        backend.Write(tensor, values);
        return tensor;
    }

    public static Weight Load(
        this Backend backend, IReadOnlyList<MatrixSource> parts, Action<long> bytesRead, CancellationToken cancellationToken) =>
        backend.Load(parts, bias: null, bytesRead, cancellationToken);

    public static Weight Weight(this Backend backend, params MatrixSource[] parts) =>
        backend.Load(parts, _ => { }, Xunit.TestContext.Current.CancellationToken);

    // Angles that are made up.
    public static RopeTable RopeTable(this Backend backend, int positions, int headDim, int seed)
    {
        float[] angles = Doubles.Values.Normal(positions * headDim / 2, seed);
        return new RopeTable(
            backend.Tensor(positions, headDim / 2, [.. angles.Select(MathF.Cos)]),
            backend.Tensor(positions, headDim / 2, [.. angles.Select(MathF.Sin)]));
    }

    public static float[] Values(this Backend backend, Tensor tensor)
    {
        var values = new float[tensor.Rows * tensor.Width];
        backend.Read(tensor, 0, values);
        return values;
    }
}
