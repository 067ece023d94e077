using System.Runtime.InteropServices;
using LLamaNet.Architectures.Rope;
using LLamaNet.Checkpoints;
using LLamaNet.Checkpoints.Gguf;
using LLamaNet.Tensors;
using Xunit;

namespace LLamaNet.Tests.Checkpoints.Gguf;

public class GgufConversionTests
{
    [Theory]
    [InlineData(DType.F32, "F32")]
    [InlineData(DType.F16, "F16")]
    [InlineData(DType.BF16, "BF16")]
    public void Float_formats_are_bit_for_bit_those_of_llama_cpp(DType type, string name)
    {
        using var folder = new TemporaryFolder();
        using Checkpoint source = OpenCheckpoint.Gguf(SharedData.Path("models/stories260K/stories260K-F32.gguf"));
        using Checkpoint expected = OpenCheckpoint.Gguf(SharedData.Path($"models/stories260K/stories260K-{name}.gguf"));
        GgufConversion.Write(source, folder["out.gguf"], Mixes.Of(type), null, CancellationToken.None);
        using Checkpoint actual = OpenCheckpoint.Gguf(folder["out.gguf"]);
        Assert.Equal(expected.Config, actual.Config);
        Assert.Equal("stories260K", actual.Name);
        foreach ((string tensor, MatrixSource matrix) in expected.ByName())
        {
            Assert.Equal(matrix.Type, actual.ByName()[tensor].Type);
            Assert.Equal(Bytes(matrix), Bytes(actual.ByName()[tensor]));
        }
    }

    [Theory]
    [InlineData(DType.Q8_0)]
    [InlineData(DType.Q4_0)]
    [InlineData(DType.Q6_K)]
    public void Matrices_of_several_chunks_are_converted_row_by_row(DType type)
    {
        using var folder = new TemporaryFolder();
        LlamaConfig config = TestConfigs.Tiny with { Width = 512, FfnWidth = 4352, HeadDim = 256, Layers = 1 };
        using var source = TinyCheckpoint.Of(config, RopePairing.AdjacentPairs);
        GgufConversion.Write(source, folder["out.gguf"], Mixes.Of(type), null, CancellationToken.None);
        using Checkpoint actual = OpenCheckpoint.Gguf(folder["out.gguf"]);
        foreach ((string name, MatrixSource matrix) in source.ByName())
        {
            bool isNorm = name.EndsWith("norm.weight", StringComparison.Ordinal);
            DType chosen = isNorm ? DType.F32 : name == "output.weight" && type == DType.Q4_0 ? DType.Q6_K : type;
            Assert.Equal(chosen, actual.ByName()[name].Type);
            byte[] expected = new byte[actual.ByName()[name].Bytes];
            WeightFormat.Of(chosen).Quantize(MemoryMarshal.Cast<byte, float>(Bytes(matrix)), expected);
            Assert.Equal(expected, Bytes(actual.ByName()[name]));
        }
    }

    [Fact]
    public void Quantised_matrices_stay_as_they_are_in_their_own_format()
    {
        using var folder = new TemporaryFolder();
        using Checkpoint source = OpenCheckpoint.Gguf(SharedData.Path("models/synth-k256/synth-k256-Q6_K.gguf"));
        GgufConversion.Write(source, folder["out.gguf"], Mixes.Of(DType.Q6_K), null, CancellationToken.None);
        using Checkpoint actual = OpenCheckpoint.Gguf(folder["out.gguf"]);
        Assert.All(source.ByName(), pair => Assert.Equal(Bytes(pair.Value), Bytes(actual.ByName()[pair.Key])));
    }

    [Fact]
    public void Widths_that_a_format_cannot_hold_fall_back_to_a_wider_one()
    {
        using var folder = new TemporaryFolder();
        using Checkpoint source = OpenCheckpoint.Gguf(SharedData.Path("models/stories260K/stories260K-F32.gguf"));
        GgufConversion.Write(source, folder["out.gguf"], Mixes.Of(DType.Q4_K), null, CancellationToken.None);
        using Checkpoint actual = OpenCheckpoint.Gguf(folder["out.gguf"]);
        Assert.Equal(DType.Q5_0, actual.ByName()["blk.0.attn_q.weight"].Type);
        Assert.Equal(DType.F16, actual.ByName()["blk.0.ffn_down.weight"].Type);
        Assert.Equal(DType.Q8_0, actual.ByName()["token_embd.weight"].Type);
    }

    [Theory]
    [InlineData("models/stories260K/hf-f32", "models/stories260K/stories260K-F32.gguf")]
    [InlineData("models/stories260K/hf-f16-sharded", "models/stories260K/stories260K-F16.gguf")]
    [InlineData("models/stories260K/meta-f32", "models/stories260K/stories260K-F32.gguf")]
    [InlineData("models/stories260K/meta-f32-2shards", "models/stories260K/stories260K-F32.gguf")]
    [InlineData("models/synth-headdim/hf-f32", "models/synth-headdim/synth-headdim-F32.gguf")]
    [InlineData("models/synth-llama3/hf-f32", "models/synth-llama3/synth-llama3-F32.gguf")]
    public void Every_container_becomes_the_GGUF_file_that_llama_cpp_writes(string folderPath, string ggufPath)
    {
        using var folder = new TemporaryFolder();
        using Checkpoint source = CheckpointReader.Open(SharedData.Path(folderPath));
        using Checkpoint expected = OpenCheckpoint.Gguf(SharedData.Path(ggufPath));
        GgufConversion.Write(
            source, folder["out.gguf"], Mixes.Of(expected.ByName()["token_embd.weight"].Type), null, CancellationToken.None);
        using Checkpoint actual = OpenCheckpoint.Gguf(folder["out.gguf"]);
        Assert.Equal(WithoutFactors(source.Config), WithoutFactors(actual.Config));
        foreach ((string name, MatrixSource matrix) in expected.ByName())
        {
            Assert.Equal(matrix.Type, actual.ByName()[name].Type);
            if (matrix.Type == DType.F32 && source.ByName()[name].Type != DType.F32) continue; // norms rounded by the source
            Assert.True(Bytes(matrix).AsSpan().SequenceEqual(Bytes(actual.ByName()[name])), name);
        }

        Assert.Equal(expected.ReadVocabulary().Pieces, actual.ReadVocabulary().Pieces);
        Assert.Equal(expected.ReadVocabulary().Types, actual.ReadVocabulary().Types);
        const string Text = "Once upon a time, there was a café 🦙.\n\n  </s> 1234567";
        Assert.Equal(source.ReadTokenizer().Encode(Text), actual.ReadTokenizer().Encode(Text));
        Assert.Equal(source.ReadTokenizer().EndIds, actual.ReadTokenizer().EndIds);

        static LlamaConfig WithoutFactors(LlamaConfig config) =>
            config.RopeScaling is RopeScaling.FrequencyFactors or RopeScaling.Llama3
                ? config with { RopeScaling = RopeScaling.None }
                : config;
    }

    [Fact]
    public void Split_halves_become_adjacent_pairs()
    {
        using var folder = new TemporaryFolder();
        LlamaConfig config = TestConfigs.Tiny with { HeadDim = 6 };
        using var source = TinyCheckpoint.Of(config, RopePairing.SplitHalves);
        GgufConversion.Write(source, folder["out.gguf"], Mixes.Of(DType.F32), null, CancellationToken.None);
        using Checkpoint actual = OpenCheckpoint.Gguf(folder["out.gguf"]);
        int[] order = [0, 3, 1, 4, 2, 5];
        foreach ((string name, MatrixSource matrix) in source.ByName())
        {
            bool isRotated = name.Contains("attn_q.", StringComparison.Ordinal)
                || name.Contains("attn_k.", StringComparison.Ordinal);
            for (int row = 0; row < matrix.Rows; row++)
                Assert.Equal(Row(matrix, isRotated ? row / 6 * 6 + order[row % 6] : row), Row(actual.ByName()[name], row));
        }

        Assert.Equal("{{ messages }}", actual.ChatTemplate);
    }

    [Fact]
    public void Frequency_factors_are_kept()
    {
        using var folder = new TemporaryFolder();
        using Checkpoint source = OpenCheckpoint.Gguf(SharedData.Path("models/synth-llama3/synth-llama3-F32.gguf"));
        GgufConversion.Write(source, folder["out.gguf"], Mixes.Of(DType.F16), null, CancellationToken.None);
        using Checkpoint actual = OpenCheckpoint.Gguf(folder["out.gguf"]);
        Assert.Equal(Factors(source), Factors(actual));
    }

    [Fact]
    public void Llama3_scaling_becomes_the_factors_that_llama_cpp_writes()
    {
        using Checkpoint reference = OpenCheckpoint.Gguf(SharedData.Path("models/synth-llama3/synth-llama3-F32.gguf"));
        LlamaConfig config = reference.Config with { RopeScaling = new RopeScaling.Llama3(8, 1, 4, 64) };
        float[] factors = new float[16];
        Assert.Single(RopeFactors.Of("", config)).ReadRows(0, 1, MemoryMarshal.AsBytes(factors.AsSpan()));
        IReadOnlyList<float> expected = Factors(reference);
        for (int i = 0; i < factors.Length; i++) Assert.Equal(expected[i], factors[i], 4e-6f * expected[i]);
    }

    [Theory]
    [InlineData(float.NaN, DType.F16, "expected finite weights, found NaN in row 1, column 2")]
    [InlineData(float.NegativeInfinity, DType.F32, "expected finite weights, found -Infinity in row 1, column 2")]
    [InlineData(1e6f, DType.F16, "expected weights of at most 65504 for F16, found 1000000 in row 1, column 2")]
    public void Weights_that_are_not_finite_are_refused_and_leave_no_file(float weight, DType type, string message)
    {
        float[] values = new float[12 * 8];
        values[1 * 8 + 2] = weight;
        using var folder = new TemporaryFolder();
        using var source = TinyCheckpoint.Of(
            TestConfigs.Tiny, RopePairing.AdjacentPairs, new ArrayMatrix("blk.1.ffn_up.weight", 12, 8, values));
        var exception = Assert.Throws<ModelFormatException>(
            () => GgufConversion.Write(source, folder["out.gguf"], Mixes.Of(type), null, CancellationToken.None));
        Assert.Contains($"blk.1.ffn_up.weight: {message}", exception.Message, StringComparison.Ordinal);
        Assert.Empty(folder.Names);
    }

    [Fact]
    public void Cancellation_leaves_the_old_file()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["out.gguf"], "old");
        using var source = TinyCheckpoint.Of(TestConfigs.Tiny, RopePairing.AdjacentPairs);
        using var cancellation = new CancellationTokenSource();
        var progress = new Reports(_ => cancellation.Cancel());
        Assert.ThrowsAny<OperationCanceledException>(
            () => GgufConversion.Write(source, folder["out.gguf"], Mixes.Of(DType.F16), progress, cancellation.Token));
        Assert.Equal(["out.gguf"], folder.Names);
        Assert.Equal("old", File.ReadAllText(folder["out.gguf"]));
    }

    [Fact]
    public void Progress_rises_to_the_size_of_the_source()
    {
        using var folder = new TemporaryFolder();
        using var source = TinyCheckpoint.Of(TestConfigs.Tiny, RopePairing.AdjacentPairs);
        var seen = new List<LoadProgress>();
        GgufConversion.Write(source, folder["out.gguf"], Mixes.Of(DType.F16), new Reports(seen.Add), CancellationToken.None);
        long total = source.Tensors.Values.Sum(tensor => tensor.Bytes);
        Assert.All(seen, report => Assert.Equal(total, report.TotalBytes));
        Assert.Equal(seen.Select(report => report.Bytes).Order(), seen.Select(report => report.Bytes));
        Assert.Equal(total, seen[^1].Bytes);
    }

    [Fact]
    public void The_source_is_never_the_destination()
    {
        using var folder = new TemporaryFolder();
        TinyModel.Create().Write(folder["a.gguf"]);
        File.CreateSymbolicLink(folder["link.gguf"], folder["a.gguf"]);
        using Checkpoint source = OpenCheckpoint.Gguf(folder["a.gguf"]);
        Assert.Throws<ArgumentException>(
            () => GgufConversion.Write(source, folder["a.gguf"], Mixes.Of(DType.F16), null, CancellationToken.None));
        string relative = Path.GetRelativePath(Directory.GetCurrentDirectory(), folder["relative.gguf"]);
        File.CreateSymbolicLink(folder["relative.gguf"], "a.gguf");
        foreach (string link in (string[])[folder["link.gguf"], folder["relative.gguf"], relative])
            Assert.Throws<ArgumentException>(
                () => GgufConversion.Write(source, link, Mixes.Of(DType.F16), null, CancellationToken.None));
    }

    [Fact]
    public void A_device_is_never_replaced_by_a_file()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Devices in the file system are Unix's.");
        using var folder = new TemporaryFolder();
        TinyModel.Create().Write(folder["a.gguf"]);
        File.CreateSymbolicLink(folder["link"], "/dev/null");
        using Checkpoint source = OpenCheckpoint.Gguf(folder["a.gguf"]);
        foreach (string device in (string[])["/dev/null", folder["link"]])
            Assert.Throws<ArgumentException>(
                () => GgufConversion.Write(source, device, Mixes.Of(DType.F16), null, CancellationToken.None));
        Assert.Equal(0, new FileInfo("/dev/null").Length);
    }

    [Fact]
    public void Scaling_without_words_in_GGUF_is_refused()
    {
        using var folder = new TemporaryFolder();
        LlamaConfig config = TestConfigs.Tiny with { RopeScaling = new RopeScaling.Dynamic(2, 32) };
        using var source = TinyCheckpoint.Of(config, RopePairing.SplitHalves);
        Assert.Throws<ModelFormatException>(
            () => GgufConversion.Write(source, folder["out.gguf"], Mixes.Of(DType.F16), null, CancellationToken.None));
        Assert.Empty(folder.Names);
    }

    private static IReadOnlyList<float> Factors(Checkpoint checkpoint) =>
        Assert.IsType<RopeScaling.FrequencyFactors>(checkpoint.Config.RopeScaling).Factors;

    private static byte[] Bytes(MatrixSource matrix)
    {
        byte[] bytes = new byte[matrix.Bytes];
        matrix.ReadRows(0, matrix.Rows, bytes);
        return bytes;
    }

    private static byte[] Row(MatrixSource matrix, int row)
    {
        byte[] bytes = new byte[matrix.RowBytes];
        matrix.ReadRows(row, 1, bytes);
        return bytes;
    }

    private sealed class Reports(Action<LoadProgress> report) : IProgress<LoadProgress>
    {
        public void Report(LoadProgress value) => report(value);
    }
}
