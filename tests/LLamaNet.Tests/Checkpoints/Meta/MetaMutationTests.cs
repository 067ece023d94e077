using CsCheck;
using LLamaNet.Checkpoints;
using LLamaNet.Checkpoints.Torch;
using LLamaNet.Tensors;
using Xunit;

namespace LLamaNet.Tests.Checkpoints.Meta;

// Whatever happens to the files of a good model, opening and reading it ends in a checkpoint or in ModelFormatException.
public class MetaMutationTests
{
    private static readonly byte[] s_shard = MetaModel.Shard(0, 1).ToArray();

    [Fact]
    public void A_changed_pth_is_a_model_or_refused()
    {
        using MetaModel model = MetaModel.Create();
        Mutation.Of(s_shard).Sample(bytes => OpenAndRead(model, "consolidated.00.pth", bytes), iter: 700, threads: 1);
    }

    // The central directory and the end records lie in the last bytes, the pickle in the first.
    [Fact]
    public void A_pth_with_changes_in_its_structure_is_a_model_or_refused()
    {
        using MetaModel model = MetaModel.Create();
        int directory = s_shard.AsSpan().IndexOf("PK\u0001\u0002"u8);
        Gen.Select(Gen.Int[directory, s_shard.Length - 1], Gen.Byte, Gen.Int[0, 2]).Sample((at, value, more) =>
        {
            byte[] bytes = [.. s_shard];
            for (int i = at; i <= Math.Min(at + more, bytes.Length - 1); i++) bytes[i] = value;
            OpenAndRead(model, "consolidated.00.pth", bytes);
        }, iter: 700, threads: 1);
    }

    // Below the zip, so that no checksum stands before the pickle machine.
    [Fact]
    public void A_changed_pickle_is_read_or_refused()
    {
        int start = s_shard.AsSpan().IndexOf<byte>([0x80, 2]), end = s_shard.AsSpan().IndexOf("PK\u0007\u0008"u8);
        Mutation.Of(s_shard[start..end]).Sample(pickle =>
        {
            try
            {
                PickleReader.Read("x.pth", pickle);
            }
            catch (ModelFormatException)
            {
            }
        }, iter: 10_000, threads: 1);
    }

    [Fact]
    public void A_truncated_pth_is_refused()
    {
        using MetaModel model = MetaModel.Create();
        for (int length = 0; length < s_shard.Length; length += 1 + length / 300)
        {
            File.WriteAllBytes(model["consolidated.00.pth"], s_shard[..length]);
            Assert.Throws<ModelFormatException>(() => OpenCheckpoint.Meta(model.Path));
        }
    }

    [Fact]
    public void Changed_parameters_are_a_model_or_refused()
    {
        using MetaModel model = MetaModel.Create();
        Mutation.Of(System.Text.Encoding.UTF8.GetBytes(MetaModel.Params)).Sample(
            bytes => OpenAndRead(model, "params.json", bytes), iter: 700, threads: 1);
    }

    private static void OpenAndRead(MetaModel model, string file, byte[] bytes)
    {
        File.WriteAllBytes(model[file], bytes);
        try
        {
            using Checkpoint checkpoint = OpenCheckpoint.Meta(model.Path);
            foreach (MatrixSource matrix in checkpoint.Tensors.Values) matrix.ReadRows(0, matrix.Rows, new byte[matrix.Bytes]);
        }
        catch (ModelFormatException exception)
        {
            Assert.DoesNotContain(exception.Message, char.IsControl);
        }
    }
}
