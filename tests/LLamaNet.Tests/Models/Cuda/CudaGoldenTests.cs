using System.Runtime.InteropServices;
using System.Text.Json;
using LLamaNet.PtxInterpreter;
using Xunit;

namespace LLamaNet.Tests.Models.Cuda;

// Whole models on the GPU's kernels, interpreted, against the double-precision goldens and the CPU. F16 caches and activations
// in F16, BF16 or bytes: 3e-2 where weights are F16 or F32, the spreads of the goldens' manifest where they are BF16 or
// quantised.
public class CudaGoldenTests
{
    private const float FloatTolerance = 3e-2f;
    private const float BFloat16Spread = 0.065f;
    private const float QuantizedSpread = 0.5f;

    // path below models/, golden below golden/, logits of every position?, tolerance
    public static TheoryData<string, string, bool, float> Models => new()
    {
        { "stories260K/stories260K-F16.gguf", "stories260K/F16.ref64", false, FloatTolerance },
        { "stories260K/stories260K-BF16.gguf", "stories260K/BF16.ref64", false, BFloat16Spread },
        { "stories260K/stories260K-Q8_0.gguf", "stories260K/Q8_0.ref64", false, QuantizedSpread },
        { "stories260K/stories260K-Q4_0.gguf", "stories260K/Q4_0.ref64", false, QuantizedSpread },
        { "synth-llama3/synth-llama3-F32.gguf", "synth-llama3/F32.ref64", true, FloatTolerance },
        { "synth-llama3/synth-llama3-Q8_0.gguf", "synth-llama3/Q8_0.ref64", false, QuantizedSpread },
        { "synth-headdim/synth-headdim-F32.gguf", "synth-headdim/F32.ref64", true, FloatTolerance },
        { "synth-headdim/synth-headdim-Q8_0.gguf", "synth-headdim/Q8_0.ref64", false, QuantizedSpread },
    };

    public static TheoryData<string, string> Files => new()
    {
        { "stories260K/stories260K-F16.gguf", "stories260K/F16.ref64" },
        { "stories260K/stories260K-Q8_0.gguf", "stories260K/Q8_0.ref64" },
        { "stories260K/stories260K-Q4_0.gguf", "stories260K/Q4_0.ref64" },
        { "synth-llama3/synth-llama3-F32.gguf", "synth-llama3/F32.ref64" },
        { "synth-headdim/synth-headdim-F32.gguf", "synth-headdim/F32.ref64" },
    };

    [Theory]
    [MemberData(nameof(Models))]
    public async Task Logits_match_the_reference(string path, string golden, bool allPositions, float tolerance)
    {
        using var gpu = new GpuFixture();
        await AssertLogits(gpu, path, golden, allPositions, tolerance);
    }

    [Theory]
    [InlineData("stories260K/stories260K-F16.gguf", "stories260K/F16.ref64", FloatTolerance)]
    [InlineData("stories260K/stories260K-Q4_0.gguf", "stories260K/Q4_0.ref64", QuantizedSpread)]
    public async Task Logits_match_the_reference_on_Hopper(string path, string golden, float tolerance)
    {
        using var gpu = new GpuFixture(PtxDevice.Hopper);
        await AssertLogits(gpu, path, golden, allPositions: false, tolerance);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public async Task Greedy_ids_are_those_of_the_CPU_while_the_margin_exceeds_the_tolerance(string path, string goldens)
    {
        using var gpu = new GpuFixture();
        using LlamaModel onGpu = await gpu.LoadAsync(path);
        using LlamaModel onCpu = await LlamaModel.LoadAsync(
            SharedData.Path("models/" + path), new ModelOptions { Device = Device.Cpu, KvCacheType = DType.F16 },
            cancellationToken: TestContext.Current.CancellationToken);
        var options = new GenerationOptions { Temperature = 0, MaxOutputTokens = 24, IgnoreEndTokens = true };
        int compared = 0;
        foreach (JsonElement golden in Prompts(goldens))
        {
            int[] prompt = Ids(golden);
            GenerationResult expected = await CompleteAsync(
                onCpu, prompt, options with { LogProbabilities = true, TopLogProbabilities = 2 });
            // A logit may be off by the tolerance on both sides of the choice.
            float margin = 2 * (path.Contains("-Q", StringComparison.Ordinal) ? QuantizedSpread : FloatTolerance);
            int comparable =
                expected.Tokens.TakeWhile(token => token.Top[0].LogProbability - token.Top[1].LogProbability > margin).Count();
            if (comparable == 0) continue;
            GenerationResult actual = await CompleteAsync(onGpu, prompt, options with { MaxOutputTokens = comparable });
            Assert.Equal(expected.Tokens.Take(comparable).Select(token => token.Id), actual.Tokens.Select(token => token.Id));
            compared += comparable;
        }

        Assert.True(compared > 0, "Every prompt leaves its first token open.");
    }

    internal static async Task<GenerationResult> CompleteAsync(
        LlamaModel model, int[] prompt, GenerationOptions options, IProgress<PrefillProgress>? progress = null)
    {
        GenerationResult? result = null;
        await foreach (GeneratedPart part in model.GenerateAsync(prompt, options, progress,
            TestContext.Current.CancellationToken)) result = part.Result;
        return result!;
    }

    private static async Task AssertLogits(GpuFixture gpu, string path, string golden, bool allPositions, float tolerance)
    {
        using LlamaModel model = await gpu.LoadAsync(path);
        JsonElement[] prompts = Prompts(golden);
        for (int number = 0; number < prompts.Length; number++)
        {
            int[] ids = Ids(prompts[number]);
            string file = SharedData.Path($"golden/{golden}.p{number}.{(allPositions ? "alllogits" : "logits")}.f32");
            float[] expected = MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(file)).ToArray();
            var actual = new List<float>();
            await model.ComputeLogitsAsync(
                ids, (_, logits) => actual.AddRange(logits), allPositions ? 0 : ids.Length - 1,
                TestContext.Current.CancellationToken);
            Assert.Equal(expected.Length, actual.Count);
            float worst = expected.Zip(actual, (e, a) => MathF.Abs(e - a)).Max();
            Assert.True(worst <= tolerance, $"prompt {number}: logits differ by {worst}, tolerance {tolerance}");
        }
    }

    private static JsonElement[] Prompts(string golden)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(SharedData.Path($"golden/{golden}.json")));
        return [.. document.RootElement.GetProperty("prompts").EnumerateArray().Select(prompt => prompt.Clone())];
    }

    private static int[] Ids(JsonElement prompt) =>
        [.. prompt.GetProperty("prompt_ids").EnumerateArray().Select(id => id.GetInt32())];
}
