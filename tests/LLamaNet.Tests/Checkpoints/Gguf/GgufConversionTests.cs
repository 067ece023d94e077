using System.Runtime.InteropServices;
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
        using GgufCheckpoint source = GgufCheckpoint.Open(SharedData.Path("models/stories260K/stories260K-F32.gguf"));
        using GgufCheckpoint expected = GgufCheckpoint.Open(SharedData.Path($"models/stories260K/stories260K-{name}.gguf"));
        GgufConversion.Write(source, folder["out.gguf"], type, null, CancellationToken.None);
        using GgufCheckpoint actual = GgufCheckpoint.Open(folder["out.gguf"]);
        Assert.Equal(expected.ReadConfig(), actual.ReadConfig());
        Assert.Equal("stories260K", actual.Name);
        foreach ((string tensor, MatrixSource matrix) in expected.Tensors)
        {
            Assert.Equal(matrix.Type, actual.Tensors[tensor].Type);
            Assert.Equal(Bytes(matrix), Bytes(actual.Tensors[tensor]));
        }
    }

    [Fact]
    public void Split_halves_become_adjacent_pairs()
    {
        using var folder = new TemporaryFolder();
        LlamaConfig config = TinyModel.Config with { HeadDim = 6 };
        using var source = new TinyCheckpoint(config, RotaryPairing.SplitHalves);
        GgufConversion.Write(source, folder["out.gguf"], DType.F32, null, CancellationToken.None);
        using GgufCheckpoint actual = GgufCheckpoint.Open(folder["out.gguf"]);
        int[] order = [0, 3, 1, 4, 2, 5];
        foreach ((string name, MatrixSource matrix) in source.Tensors)
        {
            bool isRotated = name.Contains("attn_q.", StringComparison.Ordinal) || name.Contains("attn_k.", StringComparison.Ordinal);
            for (int row = 0; row < matrix.Rows; row++)
                Assert.Equal(Row(matrix, isRotated ? row / 6 * 6 + order[row % 6] : row), Row(actual.Tensors[name], row));
        }

        Assert.Equal("{{ messages }}", actual.ChatTemplate);
    }

    [Fact]
    public void Frequency_factors_are_kept()
    {
        using var folder = new TemporaryFolder();
        using GgufCheckpoint source = GgufCheckpoint.Open(SharedData.Path("models/synth-llama3/synth-llama3-F32.gguf"));
        GgufConversion.Write(source, folder["out.gguf"], DType.F16, null, CancellationToken.None);
        using GgufCheckpoint actual = GgufCheckpoint.Open(folder["out.gguf"]);
        Assert.Equal(Factors(source), Factors(actual));
    }

    [Fact]
    public void Llama3_scaling_becomes_the_factors_that_llama_cpp_writes()
    {
        using GgufCheckpoint reference = GgufCheckpoint.Open(SharedData.Path("models/synth-llama3/synth-llama3-F32.gguf"));
        LlamaConfig config = reference.ReadConfig() with { RopeScaling = new RopeScaling.Llama3(8, 1, 4, 64) };
        float[] factors = new float[16];
        RopeFactors.Of("", config)!.ReadRows(0, 1, MemoryMarshal.AsBytes(factors.AsSpan()));
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
        using var source = new TinyCheckpoint(
            TinyModel.Config, RotaryPairing.AdjacentPairs, new ArrayMatrix("blk.1.ffn_up.weight", 12, 8, values));
        var exception = Assert.Throws<ModelFormatException>(
            () => GgufConversion.Write(source, folder["out.gguf"], type, null, CancellationToken.None));
        Assert.Contains($"blk.1.ffn_up.weight: {message}", exception.Message, StringComparison.Ordinal);
        Assert.Empty(folder.Names);
    }

    [Fact]
    public void Cancellation_leaves_the_old_file()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["out.gguf"], "old");
        using var source = new TinyCheckpoint(TinyModel.Config, RotaryPairing.AdjacentPairs);
        using var cancellation = new CancellationTokenSource();
        var progress = new Reports(_ => cancellation.Cancel());
        Assert.ThrowsAny<OperationCanceledException>(
            () => GgufConversion.Write(source, folder["out.gguf"], DType.F16, progress, cancellation.Token));
        Assert.Equal(["out.gguf"], folder.Names);
        Assert.Equal("old", File.ReadAllText(folder["out.gguf"]));
    }

    [Fact]
    public void Progress_rises_to_the_size_of_the_source()
    {
        using var folder = new TemporaryFolder();
        using var source = new TinyCheckpoint(TinyModel.Config, RotaryPairing.AdjacentPairs);
        var seen = new List<LoadProgress>();
        GgufConversion.Write(source, folder["out.gguf"], DType.F16, new Reports(seen.Add), CancellationToken.None);
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
        using GgufCheckpoint source = GgufCheckpoint.Open(folder["a.gguf"]);
        Assert.Throws<ArgumentException>(() => GgufConversion.Write(source, folder["a.gguf"], DType.F16, null, CancellationToken.None));
        Assert.Throws<ArgumentException>(() => GgufConversion.Write(source, folder["link.gguf"], DType.F16, null, CancellationToken.None));
    }

    [Fact]
    public void Scaling_without_words_in_GGUF_is_refused()
    {
        using var folder = new TemporaryFolder();
        LlamaConfig config = TinyModel.Config with { RopeScaling = new RopeScaling.Dynamic(2, 32) };
        using var source = new TinyCheckpoint(config, RotaryPairing.SplitHalves);
        Assert.Throws<ModelFormatException>(() => GgufConversion.Write(source, folder["out.gguf"], DType.F16, null, CancellationToken.None));
        Assert.Empty(folder.Names);
    }

    private static IReadOnlyList<float> Factors(GgufCheckpoint checkpoint) =>
        Assert.IsType<RopeScaling.FrequencyFactors>(checkpoint.ReadConfig().RopeScaling).Factors;

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
