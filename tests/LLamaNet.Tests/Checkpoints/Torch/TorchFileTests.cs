using LLamaNet.Checkpoints;
using LLamaNet.Checkpoints.Torch;
using LLamaNet.Tensors;
using Xunit;

namespace LLamaNet.Tests.Checkpoints.Torch;

public class TorchFileTests
{
    [Theory]
    [InlineData("test.pt", "test", new long[] { 2, 4 })]
    [InlineData("test_with_key.pt", "test", new long[] { 2, 4 })]
    [InlineData("fortran_tensor_3d.pth", "tensor_fortran", new long[] { 2, 3, 4 })]
    public void Files_that_torch_wrote_are_listed(string file, string name, long[] shape)
    {
        using TorchFile torch = TorchFile.Open(SharedData.Path("models/pytorch-samples/" + file));
        TensorSummary tensor = Assert.Single(CheckpointReader.Inspect(torch.Path).Tensors);
        Assert.Equal(
            (name, "int64", shape.Aggregate(8L, (bytes, size) => bytes * size)), (tensor.Name, tensor.Type, tensor.Bytes));
        Assert.Equal(shape, tensor.Shape);
        Assert.NotNull(CheckpointReader.Inspect(torch.Path).ConfigProblem);
        Assert.Equal(
            CheckpointReader.Inspect(torch.Path).Tensors.Select(other => other.Name),
            CheckpointReader.Inspect(torch.Path).Tensors.Select(other => other.Name));
        Assert.Contains("params.json", Assert.Throws<ModelFormatException>(() => CheckpointReader.Open(torch.Path)).Expected);
        Assert.Throws<ModelFormatException>(() => torch.Tensors[0].ToMatrix(torch.Path));
    }

    [Fact]
    public void A_view_of_columns_is_read_row_by_row()
    {
        // 3 x 5 numbers, of which columns 1 to 3.
        byte[] numbers = [.. Enumerable.Range(0, 15).SelectMany(i => BitConverter.GetBytes((ushort)i))];
        using var file = new TorchTestFile(
            new PickleWriter().Op("}").Text("v").Tensor("HalfStorage", "0", 15, 1, [3, 3], [5, 1]).Op("s").Stop(), numbers);
        MatrixSource matrix = file.Open().Tensors[0].ToMatrix("x");
        byte[] rows = new byte[2 * 6];
        matrix.ReadRows(1, 2, rows);
        Assert.Equal([6, 7, 8, 11, 12, 13], rows.Chunk(2).Select(pair => (int)BitConverter.ToUInt16(pair)));
    }

    [Fact]
    public void A_transposed_matrix_is_refused()
    {
        using var file = new TorchTestFile(
            new PickleWriter().Op("}").Text("v").Tensor("HalfStorage", "0", 6, 0, [2, 3], [1, 2]).Op("s").Stop(), new byte[12]);
        var exception = Assert.Throws<ModelFormatException>(() => file.Open().Tensors[0].ToMatrix("x"));
        Assert.Contains(".contiguous()", exception.Message);
    }

    [Fact]
    public void Tensors_that_share_a_storage_are_read_from_it()
    {
        byte[] pickle = new PickleWriter().Op("}(").Text("a").Tensor("HalfStorage", "0", 4, 0, [2], [1])
            .Text("b").Tensor("HalfStorage", "0", 4, 2, [2], [1]).Op("u").Stop();
        using var file = new TorchTestFile(pickle, [1, 0, 2, 0, 3, 0, 4, 0]);
        byte[] row = new byte[4];
        file.Open().Tensors[1].ToMatrix("x").ReadRows(0, 1, row);
        Assert.Equal([3, 0, 4, 0], row);
    }

    [Fact]
    public void A_storage_of_another_size_is_refused()
    {
        using var file = new TorchTestFile(
            new PickleWriter().Op("}").Text("v").Tensor("FloatStorage", "0", 2, 0, [2], [1]).Op("s").Stop(), new byte[12]);
        Assert.Contains("8 bytes for 2 x float32", Assert.Throws<ModelFormatException>(() => file.Open()).Message);
    }

    [Fact]
    public void A_storage_that_is_not_there_is_refused()
    {
        using var file = new TorchTestFile(
            new PickleWriter().Op("}").Text("v").Tensor("FloatStorage", "3", 2, 0, [2], [1]).Op("s").Stop(), new byte[8]);
        Assert.Contains("data/3", Assert.Throws<ModelFormatException>(() => file.Open()).Message);
    }

    [Fact]
    public void A_flipped_bit_in_a_tensor_is_told_by_the_read_that_completes_it()
    {
        using MetaModel model = MetaModel.Create();
        string path = model["consolidated.00.pth"];
        byte[] file = File.ReadAllBytes(path);

        // tok_embeddings: storage 0, the numbers 0, 1, 2, …
        int data = file.AsSpan().IndexOf<byte>([0, 0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0]);
        file[data + 90] ^= 4;
        File.WriteAllBytes(path, file);
        using Checkpoint checkpoint = OpenCheckpoint.Meta(model.Path);
        MatrixSource embedding = checkpoint.ByName()["token_embd.weight"];
        embedding.ReadRows(0, 5, new byte[5 * 16]);
        var exception = Assert.Throws<ModelFormatException>(() => embedding.ReadRows(5, 1, new byte[16]));
        Assert.Equal("consolidated.00/data/0", exception.Place);
    }

    [Fact]
    public void A_flipped_bit_in_the_pickle_is_told_when_the_file_is_opened()
    {
        using MetaModel model = MetaModel.Create();
        string path = model["consolidated.00.pth"];
        byte[] file = File.ReadAllBytes(path);
        int name = file.AsSpan().IndexOf("tok_embeddings"u8);
        file[name] ^= 1;
        File.WriteAllBytes(path, file);
        Assert.Contains("CRC-32", Assert.Throws<ModelFormatException>(() => TorchFile.Open(path)).Message);
    }

    [Fact]
    public void A_legacy_pickle_is_refused_with_what_to_do()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(
            folder["old.pth"], [0x80, 2, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e]);
        Assert.Contains("save it again", Assert.Throws<ModelFormatException>(() => TorchFile.Open(folder["old.pth"])).Message);
    }

    [Theory]
    [InlineData("a/data.pkl", "b/version")]
    [InlineData("a/data.pkl", "version")]
    [InlineData("a/data.pkl", "a/../evil")]
    [InlineData("a/data.pkl", "a/data/x")]
    [InlineData("a/data.pkl", "a/data/")]
    [InlineData("a/data.pkl", "a/code/model.py")]
    [InlineData("/data.pkl", "/version")]
    [InlineData("a/version", "a/data/0")]
    public void Other_entry_names_are_refused(string first, string second)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["x.pth"], ZipWriter.Write((first, new PickleWriter().Op("}").Stop()), (second, [])));
        Assert.Throws<ModelFormatException>(() => TorchFile.Open(folder["x.pth"]));
    }

    [Fact]
    public void Big_endian_files_are_refused()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(
            folder["x.pth"],
            ZipWriter.Write(("a/data.pkl", new PickleWriter().Op("}").Stop()), ("a/byteorder", "big"u8.ToArray())));
        Assert.Equal("big", Assert.Throws<ModelFormatException>(() => TorchFile.Open(folder["x.pth"])).Found);
    }
}
