namespace LLamaNet.Tests.Doubles;

// Writes .pth files as torch.save does, one storage for each tensor.
internal sealed class TorchWriter
{
    private readonly List<(string Name, string Type, long[] Shape, byte[] Contents)> _tensors = [];

    public TorchWriter Add(string name, string type, long[] shape, byte[] contents)
    {
        _tensors.Add((name, type, shape, contents));
        return this;
    }

    public byte[] ToArray(string root = "archive") => ZipWriter.Write([
        ($"{root}/data.pkl", Pickle()),
        ($"{root}/byteorder", "little"u8.ToArray()),
        .. _tensors.Select((tensor, key) => ($"{root}/data/{key}", tensor.Contents)),
        ($"{root}/version", "3\n"u8.ToArray()),
    ]);

    private byte[] Pickle()
    {
        var pickle = new PickleWriter().Op("}(");
        for (int key = 0; key < _tensors.Count; key++)
        {
            (string name, string type, long[] shape, byte[] contents) = _tensors[key];
            long count = contents.Length / (type == "FloatStorage" ? 4 : 2);
            pickle.Text(name).Tensor(type, $"{key}", count, 0, shape, [.. Strides(shape)]);
        }

        return pickle.Op("u").Stop();
    }

    private static IEnumerable<long> Strides(long[] shape) =>
        shape.Select((_, axis) => shape[(axis + 1)..].Aggregate(1L, (product, size) => product * size));
}
