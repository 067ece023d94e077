using LLamaNet.Checkpoints.Gguf;
using Xunit;

namespace LLamaNet.Tests.Checkpoints.Gguf;

public class GgufShardsTests
{
    private static readonly string[] s_parts = ["a-00001-of-00003.gguf", "a-00002-of-00003.gguf", "a-00003-of-00003.gguf"];

    [Fact]
    public void Any_part_opens_all()
    {
        using TemporaryFolder folder = Copy();
        foreach (string part in s_parts)
        {
            using GgufShards shards = GgufShards.Open(folder[part]);
            Assert.Equal(3, shards.Files.Count);
            Assert.Equal(47, shards.Tensors.Count);
            Assert.Equal(folder[s_parts[0]], shards.Path);
        }
    }

    [Fact]
    public void A_missing_part_is_named()
    {
        using TemporaryFolder folder = Copy();
        File.Delete(folder[s_parts[1]]);
        Assert.Contains(
            "part 2 of 3: expected a-00002-of-00003.gguf, found no such file", Refusal(folder[s_parts[0]]),
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_part_in_anothers_place_is_refused()
    {
        using TemporaryFolder folder = Copy();
        File.Copy(folder[s_parts[2]], folder[s_parts[1]], overwrite: true);
        Assert.Contains("split.no: expected 1, found 2", Refusal(folder[s_parts[0]]), StringComparison.Ordinal);
    }

    [Fact]
    public void Parts_must_agree_on_their_number()
    {
        using TemporaryFolder folder = Copy();
        TinyModel other = new TinyModel().With("split.count", 2u).With("split.no", 1u);
        other.Write(folder[s_parts[1]]);
        Assert.Contains("split.count: expected 3, found 2", Refusal(folder[s_parts[0]]), StringComparison.Ordinal);
    }

    [Fact]
    public void Parts_must_hold_as_many_tensors_as_they_say()
    {
        using TemporaryFolder folder = Copy();
        new TinyModel().With("split.count", 3u).With("split.no", 1u).Write(folder[s_parts[1]]);
        Assert.Contains("split.tensors.count: expected 24, found 47", Refusal(folder[s_parts[0]]), StringComparison.Ordinal);
    }

    [Fact]
    public void A_tensor_in_two_parts_is_refused()
    {
        using var folder = new TemporaryFolder();
        for (int i = 0; i < 2; i++)
        {
            TinyModel part = new TinyModel().With("split.count", 2u).With("split.no", (uint)i).With("split.tensors.count", 2u);
            part.With(ArrayMatrix.Random("w", 2, 2)).Write(folder[$"b-0000{i + 1}-of-00002.gguf"]);
        }

        Assert.Contains("tensor w: expected it in one part", Refusal(folder["b-00001-of-00002.gguf"]), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("renamed.gguf")]
    [InlineData("a-00000-of-00000.gguf")]
    public void A_part_must_have_a_parts_name(string name)
    {
        using TemporaryFolder folder = Copy();
        File.Move(folder[s_parts[0]], folder[name]);
        Assert.Contains("file name: expected name-00001-of-00003.gguf", Refusal(folder[name]), StringComparison.Ordinal);
    }

    private static TemporaryFolder Copy()
    {
        var folder = new TemporaryFolder();
        for (int i = 1; i <= 3; i++)
        {
            string source = SharedData.Path($"models/gguf-variants/stories260K-F16-split-0000{i}-of-00003.gguf");
            File.WriteAllBytes(folder[s_parts[i - 1]], File.ReadAllBytes(source));
        }

        return folder;
    }

    private static string Refusal(string path) => Assert.Throws<ModelFormatException>(() => GgufShards.Open(path)).Message;
}
