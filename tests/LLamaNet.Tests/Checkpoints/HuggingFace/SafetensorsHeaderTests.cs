using CsCheck;
using LLamaNet.Checkpoints;
using LLamaNet.Checkpoints.HuggingFace;
using Xunit;

namespace LLamaNet.Tests.Checkpoints.HuggingFace;

public class SafetensorsHeaderTests
{
    private const string Good =
        """{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"U8","shape":[3],"data_offsets":[8,11]}}""";

    [Theory]
    [InlineData("BOOL", 1)]
    [InlineData("U8", 1)]
    [InlineData("I8", 1)]
    [InlineData("F8_E5M2", 1)]
    [InlineData("F8_E4M3", 1)]
    [InlineData("F8_E8M0", 1)]
    [InlineData("I16", 2)]
    [InlineData("U16", 2)]
    [InlineData("F16", 2)]
    [InlineData("BF16", 2)]
    [InlineData("I32", 4)]
    [InlineData("U32", 4)]
    [InlineData("F32", 4)]
    [InlineData("F64", 8)]
    [InlineData("I64", 8)]
    [InlineData("U64", 8)]
    [InlineData("C64", 8)]
    public void Every_type_has_its_exact_size(string type, int bytes)
    {
        Assert.Equal(
            3 * bytes, Assert.Single(Read(SafetensorsWriter.Write(("t", type, [3], new byte[3 * bytes]))).Tensors).Bytes);
        Refused(SafetensorsWriter.Write(("t", type, [3], new byte[3 * bytes + 1])), "t.data_offsets");
        Refused(SafetensorsWriter.Write(("t", type, [3], new byte[3 * bytes - 1])), "t.data_offsets");
    }

    [Theory]
    [InlineData("F4", new long[] { 4 }, 2)]
    [InlineData("F6_E2M3", new long[] { 4 }, 3)]
    [InlineData("F6_E3M2", new long[] { 2, 2 }, 3)]
    public void Types_below_a_byte_fill_whole_bytes(string type, long[] shape, int bytes)
    {
        Assert.Equal(bytes, Assert.Single(Read(SafetensorsWriter.Write(("t", type, shape, new byte[bytes]))).Tensors).Bytes);
        Refused(SafetensorsWriter.Write(("t", type, [.. shape, 3, 3, 3], new byte[bytes])), "t.data_offsets");
        Refused(SafetensorsWriter.Write(("t", type, [1], new byte[1])), "t");
    }

    [Theory]
    [InlineData("""{"a":{"dtype":"U8","shape":[1,1,1,1,1,1,1,1,1],"data_offsets":[0,1]}}""", "a.shape")]
    [InlineData("""{"a":{"dtype":"U8","shape":[1e0],"data_offsets":[0,1]}}""", "a.shape")]
    [InlineData("""{"a":{"dtype":"U8","shape":["1"],"data_offsets":[0,1]}}""", "a.shape")]
    [InlineData("""{"a":{"dtype":"U8","shape":[-1],"data_offsets":[0,1]}}""", "a.shape")]
    [InlineData("""{"a":{"dtype":"U8","shape":[9223372036854775808],"data_offsets":[0,1]}}""", "a.shape")]
    [InlineData("""{"a":{"dtype":"U8","shape":[4611686018427387904,4],"data_offsets":[0,1]}}""", "a")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4611686018427387904],"data_offsets":[0,1]}}""", "a")]
    [InlineData("""{"a":{"dtype":"U8","shape":1,"data_offsets":[0,1]}}""", "a.shape")]
    [InlineData("""{"a":{"dtype":"U8","data_offsets":[0,1]}}""", "a.shape")]
    [InlineData("""{"a":{"dtype":"U8","shape":[1],"data_offsets":[0]}}""", "a.data_offsets")]
    [InlineData("""{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1,1]}}""", "a.data_offsets")]
    [InlineData("""{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,2]}}""", "a.data_offsets")]
    [InlineData("""{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1],"extra":1}}""", "a")]
    [InlineData("""{"a":{"dtype":1,"shape":[1],"data_offsets":[0,1]}}""", "a.dtype")]
    [InlineData("""{"a":[]}""", "a")]
    [InlineData("""{"":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}""", "header")]
    [InlineData("""{"a\nb":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}""", "header")]
    [InlineData("""{"__metadata__":{"a":1},"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}""", "__metadata__.a")]
    [InlineData("""{"__metadata__":"a","a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}""", "__metadata__")]
    [InlineData(
        """{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}""", "JSON")]
    [InlineData("""{"a":{"dtype":"U8","dtype":"U8","shape":[1],"data_offsets":[0,1]}}""", "JSON")]
    [InlineData("""{"a\ud800":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}""", "byte 1")]
    [InlineData("[[[[[[[[[1]]]]]]]]]", null)]
    [InlineData("{}", "byte 10")]
    [InlineData("3.", null)]
    public void Bad_headers_are_refused_where_they_are_bad(string header, string? place) =>
        Refused(SafetensorsWriter.Write(header, [0]), place);

    [Fact]
    public void A_long_header_is_not_read_before_its_length_is_checked()
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        byte[] file = new byte[100];
        BitConverter.TryWriteBytes(file, 99_000_000L);
        Refused(file, "byte 0");
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 1 << 20);
    }

    [Fact]
    public void Zero_sized_and_scalar_tensors_lie_between_others()
    {
        SafetensorsHeader header = Read(SafetensorsWriter.Write(
            ("a", "F32", [], new byte[4]), ("none", "F32", [0, 5], []), ("b", "F32", [1], new byte[4])));
        Assert.Equal([4L, 0L, 4L], header.Tensors.Select(tensor => tensor.Bytes));
    }

    [Fact]
    public void Only_floats_of_one_or_two_dimensions_are_matrices()
    {
        using var file = new SafetensorsTestFile(SafetensorsWriter.Write(
            ("a", "F32", [], new byte[4]), ("b", "F32", [0, 5], []), ("c", "F32", [1, 1, 1], new byte[4]),
            ("d", "I32", [1], new byte[4]),
            ("e", "F16", [1, 2], new byte[4]), ("f", "BF16", [2], new byte[4]), ("g", "F32", [1], new byte[4]),
            ("h", "F64", [1], new byte[8])));
        Assert.Equal(
            ["e", "f", "g"],
            file.File.Header.Tensors.Where(tensor => file.File.TryGetMatrix(tensor) is not null).Select(tensor => tensor.Name));
    }

    [Fact]
    public void Truncated_files_are_refused()
    {
        byte[] good = SafetensorsWriter.Write(Good, new byte[11]);
        Assert.Equal(2, Read(good).Tensors.Count);
        for (int length = 0; length < good.Length; length++) Refused(good[..length], null);
    }

    [Fact]
    public void Changed_files_are_read_or_refused()
    {
        Mutation.Of(SafetensorsWriter.Write(Good, new byte[11])).Sample(bytes =>
        {
            try
            {
                SafetensorsHeader header = Read(bytes);
                Assert.Equal(
                    bytes.Length, header.Tensors.Count > 0 ? header.Tensors[^1].Offset + header.Tensors[^1].Bytes : bytes.Length);
            }
            catch (ModelFormatException)
            {
            }
        }, iter: 15_000, threads: 1);
    }

    private static void Refused(byte[] file, string? place)
    {
        var exception = Assert.Throws<ModelFormatException>(() => Read(file));
        if (place is not null) Assert.Equal(place, place == "JSON" ? exception.Expected : exception.Place);
    }

    private static SafetensorsHeader Read(byte[] bytes)
    {
        using CheckedFile file = CheckedFile.Over(new MemoryStream(bytes), "test.safetensors");
        return SafetensorsHeader.Read(file);
    }
}
