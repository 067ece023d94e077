using LLamaNet.Architectures;
using LLamaNet.Checkpoints;
using LLamaNet.Checkpoints.Gguf;
using Xunit;

namespace LLamaNet.Tests.Architectures;

// What is read of each architecture's files, run by the forward pass in double precision, against other engines: this tells a
// mistake of a reader from one of a device.
public class CheckpointForwardTests
{
    public static TheoryData<string, int> Folders =>
        [.. ArchitectureGolden.Folders.SelectMany(name => new[] { (name, 5), (name, 4) })];

    public static TheoryData<string> Files => [.. ArchitectureGolden.Files];

    [Theory]
    [MemberData(nameof(Folders))]
    public void Hugging_Face_folders_are_read_as_transformers_reads_them(string name, int transformers)
    {
        using TemporaryFolder folder = ArchitectureGolden.Open(name, transformers);
        using Checkpoint checkpoint = OpenCheckpoint.HuggingFace(folder.Path);
        AssertComputes(name, checkpoint);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void GGUF_files_are_read_as_llama_cpp_reads_them(string name)
    {
        using Checkpoint checkpoint = OpenCheckpoint.Gguf(SharedData.Path($"architectures/{name}.gguf"));
        ReferenceLlama reference = Reference(checkpoint);
        foreach ((int[] ids, double[] expected) in ArchitectureGolden.OfFile(name))
        {
            double[] actual = ArchitectureGolden.LogSoftmax(reference.Forward(ids)[^1]);
            for (int id = 0; id < expected.Length; id++) Assert.Equal(expected[id], actual[id], 2e-6);
        }
    }

    [Theory]
    [MemberData(nameof(Folders))]
    public void Conversion_to_GGUF_keeps_what_is_computed(string name, int transformers)
    {
        using TemporaryFolder folder = ArchitectureGolden.Open(name, transformers);
        using Checkpoint source = OpenCheckpoint.HuggingFace(folder.Path);
        if (name == "smollm3-own-list")
        {
            var refusal = Assert.Throws<ModelFormatException>(
                () => GgufConversion.Write(
                    source, folder["out.gguf"], Mixes.Of(DType.F16), cancellationToken: TestContext.Current.CancellationToken));
            Assert.Equal(("layers without rotation", "[1]"), (refusal.Place, refusal.Found));
            return;
        }

        GgufConversion.Write(
            source, folder["out.gguf"], Mixes.Of(DType.F16), cancellationToken: TestContext.Current.CancellationToken);
        using Checkpoint converted = OpenCheckpoint.Gguf(folder["out.gguf"]);
        LlamaConfig expected = source.Config;
        if (expected.RopeScaling is RopeScaling.Llama3) expected = expected with { RopeScaling = converted.Config.RopeScaling };
        Assert.Equal(expected, converted.Config);
        AssertComputes(name, converted);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Conversion_of_GGUF_keeps_every_tensor(string name)
    {
        using var folder = new TemporaryFolder();
        using Checkpoint source = OpenCheckpoint.Gguf(SharedData.Path($"architectures/{name}.gguf"));
        GgufConversion.Write(
            source, folder["out.gguf"], Mixes.Of(DType.F32), cancellationToken: TestContext.Current.CancellationToken);
        using Checkpoint converted = OpenCheckpoint.Gguf(folder["out.gguf"]);
        Assert.Equal(source.Config, converted.Config);
        Assert.Equal(source.Architecture, converted.Architecture);
        Assert.Equal(source.Tensors.Keys, converted.Tensors.Keys);
        Assert.All(source.Tensors, pair => Assert.Equal(pair.Value.ReadNumbers(), converted.Tensors[pair.Key].ReadNumbers()));
    }

    [Theory]
    [InlineData("mixtral", "mixtral")]
    [InlineData("olmo2", "olmo2")]
    [InlineData("refused-cohere", "cohere")]
    [InlineData("refused-gemma", "gemma")]
    [InlineData("refused-gemma2", "gemma2")]
    [InlineData("refused-llama4", "llama4_text")]
    public void Other_architectures_are_refused_by_name(string folder, string type)
    {
        var refusal = Assert.Throws<ModelFormatException>(
            () => CheckpointReader.Open(SharedData.Path($"hf-architectures/{folder}")));
        Assert.Equal(("model_type", $"\"{type}\""), (refusal.Place, refusal.Found));
        Assert.Contains("llama, mistral, qwen2, ", refusal.Expected, StringComparison.Ordinal);
    }

    private static void AssertComputes(string folder, Checkpoint checkpoint)
    {
        ReferenceLlama reference = Reference(checkpoint);
        foreach ((int[] ids, double[] next, _) in ArchitectureGolden.OfFolder(folder))
        {
            double[][] logits = reference.Forward(ids);
            for (int i = 0; i < next.Length; i++)
                Assert.Equal(next[i], ArchitectureGolden.LogSoftmax(logits[i])[ids[i + 1]], 2e-6);
        }
    }

    private static ReferenceLlama Reference(Checkpoint checkpoint)
    {
        Dictionary<TensorId, double[][]> weights = checkpoint.Tensors.ToDictionary(
            pair => pair.Key, pair => pair.Value.ReadNumbers());
        return new ReferenceLlama(checkpoint.Config, id => weights[id], checkpoint.Pairing);
    }
}
