using LLamaNet.Tensors;

namespace LLamaNet.Checkpoints.Torch;

// A named tensor of a .pth file.
internal sealed record TorchTensor(string Name, PickleTensor View, TorchStorage Storage)
{
    public TorchType Type => View.Storage.Type;

    public string ShapeInWords => $"[{string.Join(", ", View.Shape)}]";

    public TensorSummary Summarize() => new(Name, Type.Name, View.Shape, View.Count * Type.Bytes);

    // The rows of a vector or matrix of weights.
    public MatrixSource ToMatrix(string path)
    {
        if (Type.Weight is not { } type)
            throw new ModelFormatException(path, Name, "float32, float16 or bfloat16", Type.Name);
        IReadOnlyList<long> shape = View.Shape, strides = View.Strides;
        if (shape.Count is not (1 or 2) || shape.Any(size => size is < 1 or > ConfigLimits.MaxSize))
        {
            throw new ModelFormatException(
                path, Name, $"a vector or matrix with sizes of 1 to {ConfigLimits.MaxSize}", $"shape {ShapeInWords}");
        }
        if (shape[^1] > 1 && strides[^1] != 1)
        {
            throw new ModelFormatException(
                path, Name, "a row-major tensor (save it with .contiguous())", $"strides [{string.Join(", ", strides)}]");
        }

        int rows = shape.Count == 1 ? 1 : (int)shape[0], width = (int)shape[^1];
        long stride = rows == 1 ? width : strides[0];
        return new TorchMatrix(Storage, View.Offset * Type.Bytes, stride * Type.Bytes, Name, type, rows, width);
    }
}
