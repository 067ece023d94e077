using System.Runtime.InteropServices;
using System.Text.Json;
using Xunit;

namespace LLamaNet.Tests.Models;

// Whole models against independent engines: a double-precision reference on the dequantised weights (ref64, f64) and the
// margins and greedy ids of llama.cpp. The tolerance of quantised files is the spread that the goldens' manifest states for
// engines that quantise activations as well: 0.05 to 0.5.
public class GoldenTests
{
    private const float QuantizedSpread = 0.5f;

    // path below models/, golden below golden/, logits of every position?, tolerance
    public static TheoryData<string, string, bool, float> Models => new()
    {
        { "stories260K/stories260K-F32.gguf", "stories260K/F32.ref64", true, 5e-5f },
        { "stories260K/hf-f32", "stories260K/F32.ref64", true, 5e-5f },
        { "stories260K/meta-f32", "stories260K/F32.ref64", true, 5e-5f },
        { "stories260K/meta-f32-2shards", "stories260K/F32.ref64", true, 5e-5f },
        { "stories260K/hf-bf16", "stories260K/hf-bf16.f64", true, 5e-5f },
        { "stories260K/hf-f16-sharded", "stories260K/hf-f16.f64", true, 5e-5f },
        { "stories260K/stories260K-F16.gguf", "stories260K/F16.ref64", false, 5e-5f },
        { "stories260K/stories260K-BF16.gguf", "stories260K/BF16.ref64", false, 5e-5f },
        { "stories260K/stories260K-Q8_0.gguf", "stories260K/Q8_0.ref64", false, QuantizedSpread },
        { "stories260K/stories260K-Q4_0.gguf", "stories260K/Q4_0.ref64", false, QuantizedSpread },
        { "gguf-variants/stories260K-F16-align64.gguf", "stories260K/F16.ref64", false, 5e-5f },
        { "gguf-variants/stories260K-F16-allmeta.gguf", "stories260K/F16.ref64", false, 5e-5f },
        { "gguf-variants/stories260K-F16-split-00001-of-00003.gguf", "stories260K/F16.ref64", false, 5e-5f },
        { "gguf-variants/stories260K-F16-v2.gguf", "stories260K/F16.ref64", false, 5e-5f },
        { "synth-k256/synth-k256-F16.gguf", "synth-k256/F16.ref64", false, 5e-5f },
        { "synth-k256/synth-k256-Q8_0.gguf", "synth-k256/Q8_0.ref64", false, QuantizedSpread },
        { "synth-k256/synth-k256-Q4_0.gguf", "synth-k256/Q4_0.ref64", false, QuantizedSpread },
        { "synth-k256/synth-k256-Q4_1.gguf", "synth-k256/Q4_1.ref64", false, QuantizedSpread },
        { "synth-k256/synth-k256-Q5_0.gguf", "synth-k256/Q5_0.ref64", false, QuantizedSpread },
        { "synth-k256/synth-k256-Q5_1.gguf", "synth-k256/Q5_1.ref64", false, QuantizedSpread },
        { "synth-k256/synth-k256-Q2_K.gguf", "synth-k256/Q2_K.ref64", false, QuantizedSpread },
        { "synth-k256/synth-k256-Q3_K_M.gguf", "synth-k256/Q3_K_M.ref64", false, QuantizedSpread },
        { "synth-k256/synth-k256-Q4_K_M.gguf", "synth-k256/Q4_K_M.ref64", false, QuantizedSpread },
        { "synth-k256/synth-k256-Q5_K_M.gguf", "synth-k256/Q5_K_M.ref64", false, QuantizedSpread },
        { "synth-k256/synth-k256-Q6_K.gguf", "synth-k256/Q6_K.ref64", false, QuantizedSpread },
        { "synth-llama3/synth-llama3-F32.gguf", "synth-llama3/F32.ref64", true, 5e-5f },
        { "synth-llama3/hf-f32", "synth-llama3/F32.ref64", true, 5e-5f },
        { "synth-llama3/synth-llama3-Q8_0.gguf", "synth-llama3/Q8_0.ref64", false, QuantizedSpread },
        { "synth-headdim/synth-headdim-F32.gguf", "synth-headdim/F32.ref64", true, 5e-5f },
        { "synth-headdim/hf-f32", "synth-headdim/F32.ref64", true, 5e-5f },
        { "synth-headdim/synth-headdim-Q8_0.gguf", "synth-headdim/Q8_0.ref64", false, QuantizedSpread },
        { "tiny-random-llama2/llama-2-tiny-random.gguf", "tiny-random-llama2/F16.ref64", false, 6.5e-5f },
    };

    [Theory]
    [MemberData(nameof(Models))]
    public async Task Logits_match_the_reference(string path, string golden, bool allPositions, float tolerance)
    {
        using LlamaModel model = await LoadAsync(path);
        JsonElement[] prompts = Prompts(golden);
        for (int i = 0; i < prompts.Length; i++)
        {
            int[] ids = Ids(prompts[i], "prompt_ids");
            string file = SharedData.Path($"golden/{golden}.p{i}.{(allPositions ? "alllogits" : "logits")}.f32");
            float[] expected = MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(file)).ToArray();
            int firstPosition = allPositions ? 0 : ids.Length - 1;
            var actual = new List<float>();
            await model.ComputeLogitsAsync(
                ids, (_, logits) => actual.AddRange(logits), firstPosition, TestContext.Current.CancellationToken);

            Assert.Equal(expected.Length, actual.Count);
            float worst = expected.Zip(actual, (e, a) => MathF.Abs(e - a)).Max();
            Assert.True(worst <= tolerance, $"prompt {i}: logits differ by {worst}, tolerance {tolerance}");
        }
    }

    [Theory]
    [MemberData(nameof(Models))]
    public async Task Greedy_ids_match_while_the_margin_exceeds_the_tolerance(
        string path, string golden, bool allPositions, float tolerance)
    {
        _ = allPositions;
        JsonElement[] prompts = Prompts(golden);
        Assert.SkipWhen(!prompts[0].TryGetProperty("greedy_ids", out _), "This golden has no greedy continuation.");
        string margins = golden.Replace(".ref64", ".llamacpp", StringComparison.Ordinal);
        JsonElement[] marginPrompts = Prompts(margins);
        using LlamaModel model = await LoadAsync(path);
        for (int i = 0; i < prompts.Length; i++)
        {
            int[] expected = Ids(prompts[i], "greedy_ids");
            float[] margin = [.. marginPrompts[i].GetProperty("margins").EnumerateArray().Select(m => m.GetSingle())];
            // A logit may be off by the tolerance on both sides of the choice.
            int comparable = margin.TakeWhile(m => m > 2 * tolerance).Count();
            int[] actual = await GreedyAsync(model, Ids(prompts[i], "prompt_ids"), expected.Length);
            Assert.Equal(expected.Take(comparable), actual.Take(Math.Min(comparable, expected.Length)));
        }
    }

    [Theory]
    [InlineData("stories260K/stories260K-Q4_0.gguf")]
    [InlineData("synth-k256/synth-k256-Q4_K_M.gguf")]
    [InlineData("synth-llama3/synth-llama3-Q8_0.gguf")]
    [InlineData("stories260K/stories260K-F32.gguf")]
    public async Task Logits_do_not_depend_on_threads_chunks_or_company(string path)
    {
        int[] ids = Ids(Prompts("stories260K/F32.ref64")[2], "prompt_ids");
        var results = new List<float[]>();
        foreach ((int threads, int chunk) in ((int, int)[])[(1, 256), (2, 256), (2, 7), (1, 1)])
        {
            using LlamaModel model = await LlamaModel.LoadAsync(
                SharedData.Path("models/" + path), new ModelOptions { Threads = threads, PrefillChunk = chunk },
                cancellationToken: TestContext.Current.CancellationToken);
            Task<float[]>[] company = [.. Enumerable.Range(0, chunk == 7 ? 5 : 1).Select(n => LogitsAsync(model, ids[..^n]))];
            results.Add((await Task.WhenAll(company))[0]);
        }

        foreach (float[] other in results.Skip(1)) Assert.Equal(results[0], other);
    }

    [Fact]
    public async Task Demo_model_continues_as_the_reference()
    {
        using JsonDocument golden = JsonDocument.Parse(File.ReadAllText(SharedData.DemoModel("golden.json")));
        using LlamaModel model = await LlamaModel.LoadAsync(
            SharedData.DemoModel(), cancellationToken: TestContext.Current.CancellationToken);
        foreach (JsonElement prompt in golden.RootElement.GetProperty("prompts").EnumerateArray())
        {
            int[] ids = Ids(prompt, "prompt_ids");
            Assert.Equal(ids, model.Tokenizer.Encode(prompt.GetProperty("prompt").GetString()!));
            int[] expected = Ids(prompt, "greedy_ids");
            Assert.Equal(expected, await GreedyAsync(model, ids, expected.Length));
        }
    }

    private static async Task<LlamaModel> LoadAsync(string path) =>
        await LlamaModel.LoadAsync(SharedData.Path("models/" + path), cancellationToken: TestContext.Current.CancellationToken);

    private static async Task<float[]> LogitsAsync(LlamaModel model, int[] ids)
    {
        var all = new List<float>();
        await model.ComputeLogitsAsync(ids, (_, logits) => all.AddRange(logits), 0, TestContext.Current.CancellationToken);
        return [.. all];
    }

    private static async Task<int[]> GreedyAsync(LlamaModel model, int[] prompt, int tokens)
    {
        var options = new GenerationOptions { Temperature = 0, MaxOutputTokens = tokens };
        GenerationResult? result = null;
        await foreach (GeneratedPart part in model.GenerateAsync(prompt, options,
            cancellationToken: TestContext.Current.CancellationToken))
            result = part.Result;
        return [.. result!.Tokens.Select(token => token.Id)];
    }

    private static JsonElement[] Prompts(string golden)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(SharedData.Path($"golden/{golden}.json")));
        return [.. document.RootElement.GetProperty("prompts").EnumerateArray().Select(prompt => prompt.Clone())];
    }

    private static int[] Ids(JsonElement element, string name) =>
        [.. element.GetProperty(name).EnumerateArray().Select(id => id.GetInt32())];
}
