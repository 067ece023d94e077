using System.Text.Json;
using LLamaNet.Checkpoints;
using LLamaNet.Checkpoints.Gguf;
using Xunit;

namespace LLamaNet.Tests.Checkpoints.Gguf;

public class GgufFileTests
{
    [Fact]
    public void Hand_made_files_are_accepted_and_refused_as_listed()
    {
        string folder = SharedData.Path("vectors/gguf");
        using JsonDocument expected = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "expected.json")));
        var wrong = new List<string>();
        foreach (JsonElement entry in expected.RootElement.GetProperty("cases").EnumerateArray())
        {
            string name = entry.GetProperty("file").GetString()!;
            bool isGood = name.StartsWith("ok_", StringComparison.Ordinal);
            string outcome = Outcome(Path.Combine(folder, name));
            if (isGood != (outcome == "opened")) wrong.Add($"{name}: {outcome}");
        }

        Assert.Empty(wrong);
    }

    [Theory]
    [InlineData("bad_version_bigendian.gguf", "byte 4: expected GGUF version 2 or 3, found 50331648 (a big-endian file)")]
    [InlineData("bad_n_tensors_huge.gguf", "byte 8: expected at most")]
    [InlineData("bad_key_duplicate.gguf", "expected unique keys, found a a second time")]
    [InlineData("bad_alignment_not_pow2.gguf", "general.alignment: expected a power of two up to 1048576, found 33")]
    [InlineData("bad_tensor_type_removed.gguf", "tensor w: expected a known tensor type, found the removed type Q4_2 (4)")]
    [InlineData(
        "bad_tensor_block_misfit.gguf", "tensor w: expected rows of whole blocks of 32 elements for Q4_0, found 33 elements")]
    [InlineData("bad_tensor_offsets_overlap.gguf", "tensor b: expected offset 64, behind the tensor before it, found 32")]
    public void Refusals_say_where_and_why(string name, string message) =>
        Assert.Contains(message, Outcome(SharedData.Path($"vectors/gguf/{name}")), StringComparison.Ordinal);

    [Fact]
    public void Every_value_type_is_read()
    {
        using GgufFile file = GgufFile.Open(SharedData.Path("models/gguf-variants/stories260K-F16-allmeta.gguf"));
        IReadOnlyDictionary<string, object> values = file.Metadata.Values;
        Assert.Equal((byte)200, values["llamanet.test.t0"]);
        Assert.Equal((sbyte)-100, values["llamanet.test.t1"]);
        Assert.Equal((ushort)60000, values["llamanet.test.t2"]);
        Assert.Equal((short)-30000, values["llamanet.test.t3"]);
        Assert.Equal(4000000000u, values["llamanet.test.t4"]);
        Assert.Equal(-2000000000, values["llamanet.test.t5"]);
        Assert.Equal(1.5f, values["llamanet.test.t6"]);
        Assert.Equal(true, values["llamanet.test.t7"]);
        Assert.Equal(9223372036854775808ul, values["llamanet.test.t10"]);
        Assert.Equal(-4611686018427387904L, values["llamanet.test.t11"]);
        Assert.Equal(0.1, values["llamanet.test.t12"]);
        Assert.Equal("žluťoučký kůň 🦙", values["llamanet.test.str"]);
        Assert.Equal(new byte[] { 200, 200 }, values["llamanet.test.a0"]);
        Assert.Equal(new short[] { -30000, -30000 }, values["llamanet.test.a3"]);
        Assert.Equal(new bool[] { true, true }, values["llamanet.test.a7"]);
        Assert.Equal(new double[] { 0.1, 0.1 }, values["llamanet.test.a12"]);
        Assert.Equal(new[] { "a", "", "🦙" }, values["llamanet.test.astr"]);
        Assert.Empty((uint[])values["llamanet.test.empty"]);
        Assert.Equal("general.architecture", values.Keys.First());
    }

    [Theory]
    [InlineData("models/gguf-variants/stories260K-F16-align64.gguf", 64)]
    [InlineData("vectors/gguf/ok_align_128.gguf", 128)]
    public void Alignment_is_the_files(string path, int alignment)
    {
        using GgufFile file = GgufFile.Open(SharedData.Path(path));
        Assert.Equal(alignment, file.Alignment);
        Assert.All(file.Tensors, tensor => Assert.Equal(0, tensor.Offset % alignment));
    }

    [Fact]
    public void Bytes_behind_the_data_are_ignored()
    {
        byte[] bytes = [.. TinyModel.Create().ToBytes(), 1, 2, 3];
        using GgufFile file = GgufFile.Open(CheckedFile.Over(new MemoryStream(bytes), "tiny"));
        Assert.NotEmpty(file.Tensors);
    }

    [Fact]
    public void A_hundred_thousand_tokens_take_memory_in_proportion_to_the_file()
    {
        string[] tokens = [.. Enumerable.Range(0, 128256).Select(i => $"token{i}")];
        byte[] bytes = new TinyModel().With("tokenizer.ggml.tokens", tokens).ToBytes();
        long before = GC.GetAllocatedBytesForCurrentThread();
        using GgufFile file = GgufFile.Open(CheckedFile.Over(new MemoryStream(bytes), "tokens"));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 6 * bytes.LongLength);
        Assert.Equal(tokens, file.Metadata.FindArray<string>("tokenizer.ggml.tokens"));
    }

    private static string Outcome(string path)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        string outcome;
        try
        {
            using GgufFile file = GgufFile.Open(path);
            outcome = "opened";
        }
        catch (ModelFormatException exception)
        {
            Assert.Contains(path, exception.Message, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', exception.Message);
            outcome = exception.Message;
        }

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
        return outcome;
    }
}
