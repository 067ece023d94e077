using LLamaNet.PtxInterpreter;
using Xunit;

namespace LLamaNet.Tests.Architectures;

// Whole models of each architecture on the CPU and on the GPU's kernels, interpreted, against other engines.
public class ArchitectureModelTests
{
    private const double Tolerance = 1e-4;

    // F16 caches and activations of products.
    private const double GpuTolerance = 3e-2;

    public static TheoryData<string, int> Folders =>
        [.. ArchitectureGolden.Folders.SelectMany(name => new[] { (name, 5), (name, 4) })];

    public static TheoryData<string> Names => [.. ArchitectureGolden.Folders];

    public static TheoryData<string> Files => [.. ArchitectureGolden.Files];

    // The second chunk is cut where windows open and where LongRoPE changes its factors.
    [Theory]
    [MemberData(nameof(Folders))]
    public async Task Hugging_Face_folders_compute_what_transformers_computes(string name, int transformers)
    {
        using TemporaryFolder folder = ArchitectureGolden.Open(name, transformers);
        foreach (int chunk in (int[])[256, 7])
        {
            using LlamaModel model = await LoadAsync(
                folder.Path, new ModelOptions { PrefillChunk = chunk, KvCacheType = DType.F32 });
            await AssertNextAsync(name, model, Tolerance);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Greedy_ids_are_those_of_transformers_with_its_cache(string name)
    {
        using LlamaModel model = await LoadAsync(
            SharedData.Path($"hf-architectures/{name}"), new ModelOptions { KvCacheType = DType.F32 });
        foreach ((int[] ids, _, int[] greedy) in ArchitectureGolden.OfFolder(name))
        {
            var options = new GenerationOptions { Temperature = 0, MaxOutputTokens = greedy.Length, IgnoreEndTokens = true };
            GenerationResult? result = null;
            await foreach (GeneratedPart part in model.GenerateAsync(
                ids, options, cancellationToken: TestContext.Current.CancellationToken))
                result = part.Result;
            Assert.Equal(greedy, result!.Tokens.Select(token => token.Id));
        }
    }

    [Theory]
    [MemberData(nameof(Files))]
    public async Task GGUF_files_compute_the_reference(string name)
    {
        using LlamaModel model = await LoadAsync(
            SharedData.Path($"architectures/{name}.gguf"), new ModelOptions { KvCacheType = DType.F32 });
        foreach ((int[] ids, double[] expected) in ArchitectureGolden.OfFile(name))
        {
            double[] actual = await LastAsync(model, ids);
            for (int id = 0; id < expected.Length; id++) Assert.Equal(expected[id], actual[id], Tolerance);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task The_GPU_computes_what_transformers_computes(string name)
    {
        using var gpu = new GpuFixture();
        using LlamaModel model = await gpu.LoadAsync($"../hf-architectures/{name}", new ModelOptions { PrefillChunk = 11 });
        await AssertNextAsync(name, model, GpuTolerance);
    }

    [Theory]
    [InlineData("mistral-window-8")]
    [InlineData("qwen3")]
    public async Task A_Hopper_computes_what_transformers_computes(string name)
    {
        using var gpu = new GpuFixture(PtxDevice.Hopper);
        using LlamaModel model = await gpu.LoadAsync($"../hf-architectures/{name}");
        await AssertNextAsync(name, model, GpuTolerance);
    }

    private static Task<LlamaModel> LoadAsync(string path, ModelOptions options) => LlamaModel.LoadAsync(
        path, options with { Device = Device.Cpu, Threads = 2 }, cancellationToken: TestContext.Current.CancellationToken);

    private static async Task AssertNextAsync(string folder, LlamaModel model, double tolerance)
    {
        foreach ((int[] ids, double[] next, _) in ArchitectureGolden.OfFolder(folder))
        {
            var actual = new List<double>();
            await model.ComputeLogitsAsync(
                ids,
                (position, logits) =>
                {
                    if (position + 1 < ids.Length) actual.Add(LogSoftmax(logits)[ids[position + 1]]);
                },
                cancellationToken: TestContext.Current.CancellationToken);
            Assert.Equal(next.Length, actual.Count);
            for (int i = 0; i < next.Length; i++)
            {
                Assert.True(
                    Math.Abs(next[i] - actual[i]) <= tolerance,
                    $"prompt of {ids.Length}, position {i}: {actual[i]}, expected {next[i]}");
            }
        }
    }

    private static async Task<double[]> LastAsync(LlamaModel model, int[] ids)
    {
        double[] last = [];
        await model.ComputeLogitsAsync(
            ids, (_, logits) => last = LogSoftmax(logits), ids.Length - 1, TestContext.Current.CancellationToken);
        return last;
    }

    private static double[] LogSoftmax(ReadOnlySpan<float> logits) =>
        ArchitectureGolden.LogSoftmax(logits.ToArray().Select(logit => (double)logit));
}
