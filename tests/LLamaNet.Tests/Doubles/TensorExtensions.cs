using LLamaNet.Backends;
using LLamaNet.Tensors;

namespace LLamaNet.Tests.Doubles;

internal static class TensorExtensions
{
    public static Tensor Tensor(this Backend backend, int rows, int width, ReadOnlySpan<float> values)
    {
        Tensor tensor = backend.Allocate(DType.F32, rows, width);
        backend.Write(tensor, values);
        return tensor;
    }

    public static float[] Values(this Backend backend, Tensor tensor)
    {
        var values = new float[tensor.Rows * tensor.Width];
        backend.Read(tensor, 0, values);
        return values;
    }
}
