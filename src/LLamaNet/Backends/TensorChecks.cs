using LLamaNet.Tensors;

namespace LLamaNet.Backends;

// Kernels follow pointers: every shape is checked before them, whoever calls.
internal static class TensorChecks
{
    // An F32 tensor of a device's own with at least these rows. name: of the argument.
    public static T F32<T>(Tensor tensor, int rows, int width, string name)
        where T : Tensor
    {
        if (tensor is T own && own.Type == DType.F32 && own.Width == width && own.Rows >= rows && rows >= 0) return own;
        throw new ArgumentException($"[{tensor.Rows}, {tensor.Width}] {tensor.Type}, needs [{rows}, {width}] F32.", name);
    }

    // Whole rows from firstRow on, all of them in the tensor.
    public static void Transfer(Tensor tensor, int firstRow, int values)
    {
        (int rows, int rest) = Math.DivRem(values, tensor.Width);
        if (rest != 0 || firstRow < 0 || firstRow > tensor.Rows - rows)
        {
            throw new ArgumentException(
                $"{values} values from row {firstRow} on are not whole rows of [{tensor.Rows}, {tensor.Width}].");
        }
    }
}
