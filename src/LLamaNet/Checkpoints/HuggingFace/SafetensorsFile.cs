using LLamaNet.Tensors;

namespace LLamaNet.Checkpoints.HuggingFace;

// One .safetensors file: its header in memory, its data on disk.
internal sealed class SafetensorsFile : IDisposable
{
    private readonly CheckedFile _file;

    private SafetensorsFile(CheckedFile file)
    {
        _file = file;
        Header = SafetensorsHeader.Read(file);
    }

    public string Path => _file.Path;

    public SafetensorsHeader Header { get; }

    public static SafetensorsFile Open(string path)
    {
        CheckedFile file = CheckedFile.Open(path);
        try
        {
            return new SafetensorsFile(file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    // Null when the tensor is no vector or matrix of weights: another rank, another type, or no elements.
    public MatrixSource? TryGetMatrix(SafetensorsTensor tensor)
    {
        if (tensor.Type.Weight is not { } type || tensor.Shape.Count is not (1 or 2)) return null;
        long rows = tensor.Shape.Count == 1 ? 1 : tensor.Shape[0], width = tensor.Shape[^1];
        return rows is < 1 or > int.MaxValue || width is < 1 or > int.MaxValue
            ? null
            : new FileMatrix(_file, tensor.Offset, tensor.Name, type, (int)rows, (int)width);
    }

    public void Dispose() => _file.Dispose();
}
