using LLamaNet.Architectures;
using LLamaNet.Architectures.Rope;
using LLamaNet.Loading;
using Xunit;

namespace LLamaNet.Tests.Models;

// Models of seeded random weights in many shapes against the double-precision forward pass. No file is needed.
public class RandomModelTests
{
    private const ulong Seed = 7;

    private static readonly LlamaConfig s_plain = TestConfigs.Odd;

    public static TheoryData<string> Shapes => [.. s_shapes.Keys];

    private static readonly Dictionary<string, LlamaConfig> s_shapes = new()
    {
        ["plain"] = s_plain,
        ["grouped queries"] = s_plain with { KvHeads = 2 },
        ["one key head, wide heads"] = s_plain with { Heads = 3, KvHeads = 1, HeadDim = 80 },
        ["tied, odd widths"] = s_plain with { Width = 33, FfnWidth = 71, TiedEmbeddings = true },
        ["head of two"] = s_plain with { HeadDim = 2 },
        ["other base"] = s_plain with { RopeTheta = 500000f },
        ["linear"] = s_plain with { RopeScaling = new RopeScaling.Linear(4) },
        ["dynamic, prompt within"] = s_plain with { RopeScaling = new RopeScaling.Dynamic(2, 512) },
        ["dynamic, prompt beyond"] = s_plain with { RopeScaling = new RopeScaling.Dynamic(2, 32) },
        ["yarn"] = s_plain with { HeadDim = 32, RopeScaling = new RopeScaling.Yarn(4, 64) },
        ["yarn, own factor"] = s_plain with { HeadDim = 32, RopeScaling = new RopeScaling.Yarn(8, 48, 16, 2, 1.25f) },
        ["llama3"] = s_plain with { HeadDim = 32, RopeScaling = new RopeScaling.Llama3(8, 1, 4, 64) },
        ["factors"] = s_plain with { RopeScaling = new RopeScaling.FrequencyFactors([1, 1, 1.5f, 2, 4, 8]) },
        ["longrope, prompt within"] = s_plain with { RopeScaling = LongRope(200) },
        ["longrope, prompt beyond"] = s_plain with { RopeScaling = LongRope(40) },
        ["a third of each head rotated"] = s_plain with { RopeDim = 4 },
        ["half of each head rotated, yarn"] =
            s_plain with { HeadDim = 32, RopeDim = 16, RopeScaling = new RopeScaling.Yarn(4, 64) },
        ["a layer without rotation"] = s_plain with { UnrotatedLayers = new LayerSet([1]) },
        ["window of one"] = s_plain with { SlidingWindow = 1 },
        ["window, grouped queries"] = s_plain with { KvHeads = 2, SlidingWindow = 20 },
        ["window of a page and one more in one layer"] =
            s_plain with { SlidingWindow = 65, FullAttentionLayers = new LayerSet([0]) },
        ["biases of attention"] = s_plain with { QkvBias = true, AttentionOutputBias = true, KvHeads = 1 },
        ["biases of the feed-forward network"] = s_plain with { FfnBias = true, FfnWidth = 71 },
        ["norms of heads"] = s_plain with { QueryKeyNorm = true, HeadDim = 20, KvHeads = 2 },
        ["multipliers"] = s_plain with
        {
            EmbeddingMultiplier = 3,
            AttentionMultiplier = 0.2f,
            ResidualMultiplier = 0.5f,
            LogitsDivisor = 4,
        },
        ["everything"] = s_plain with
        {
            Layers = 3,
            Heads = 6,
            KvHeads = 3,
            HeadDim = 16,
            Width = 40,
            RopeDim = 8,
            RopeScaling = new RopeScaling.Linear(2),
            UnrotatedLayers = new LayerSet([2]),
            SlidingWindow = 33,
            FullAttentionLayers = new LayerSet([1]),
            QkvBias = true,
            AttentionOutputBias = true,
            FfnBias = true,
            QueryKeyNorm = true,
            EmbeddingMultiplier = 2,
            AttentionMultiplier = 0.3f,
            ResidualMultiplier = 0.4f,
            LogitsDivisor = 2,
            TiedEmbeddings = true,
        },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public async Task Logits_match_double_precision(string shape)
    {
        LlamaConfig config = s_shapes[shape];
        int[] tokens = Tokens(150, config.VocabularySize); // past two pages of the cache
        double[][] expected = Reference(config).Forward(tokens);
        float[][] actual = await LogitsAsync(config, new ModelOptions { PrefillChunk = 37 }, tokens);
        AssertClose(expected, actual, 2e-4);
    }

    [Fact]
    public async Task Half_precision_cache_stays_close()
    {
        int[] tokens = Tokens(100, s_plain.VocabularySize);
        double[][] expected = Reference(s_plain).Forward(tokens);
        float[][] actual = await LogitsAsync(s_plain, new ModelOptions { KvCacheType = DType.F16 }, tokens);
        AssertClose(expected, actual, 2e-2);
    }

    [Fact]
    public async Task Cache_in_bytes_stays_close()
    {
        LlamaConfig config = s_plain with { KvHeads = 2, HeadDim = 32 };
        int[] tokens = Tokens(100, config.VocabularySize);
        double[][] expected = Reference(config).Forward(tokens);
        float[][] actual = await LogitsAsync(config, new ModelOptions { KvCacheType = DType.Q8_0, Device = Device.Cpu }, tokens);
        AssertClose(expected, actual, 0.1);
    }

    [Fact]
    public async Task Cache_in_bytes_needs_heads_of_whole_blocks()
    {
        var options = new ModelOptions { KvCacheType = DType.Q8_0, Device = Device.Cpu };
        ArgumentOutOfRangeException error = await Assert.ThrowsAsync<ArgumentOutOfRangeException>(
            () => CreateAsync(s_plain, options));
        Assert.Contains("needs heads of a multiple of 32, found 12", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Decoding_step_by_step_gives_the_logits_of_the_whole_prompt()
    {
        LlamaConfig config = s_shapes["grouped queries"];
        using LlamaModel model = await CreateAsync(config, new ModelOptions());
        int[] prompt = Tokens(70, config.VocabularySize);
        GenerationResult? result = null;
        var options = new GenerationOptions { Temperature = 0, MaxOutputTokens = 20 };
        await foreach (GeneratedPart part in model.GenerateAsync(prompt, options,
            cancellationToken: TestContext.Current.CancellationToken))
            result = part.Result;

        int[] all = [.. prompt, .. result!.Tokens.Select(token => token.Id)];
        double[][] expected = Reference(config).Forward(all);
        for (int i = prompt.Length; i < all.Length; i++)
            Assert.Equal(Array.IndexOf(expected[i - 1], expected[i - 1].Max()), all[i]);
    }

    [Fact]
    public async Task Plan_is_what_a_model_reports()
    {
        using LlamaModel model = await CreateAsync(s_plain, new ModelOptions { ContextLength = 300 });
        Assert.Equal(LlamaModel.Plan(s_plain, DType.F32, new ModelOptions { ContextLength = 300 }), model.MemoryPlan);
        Assert.Equal(2L * 2 * 320 * 48 * sizeof(float), model.MemoryPlan.KvCacheBytes); // 5 pages of 64 positions
    }

    // Every weight but those of the norms and of an embedding that is not the output too.
    [Theory]
    [InlineData("grouped queries")]
    [InlineData("tied, odd widths")]
    public async Task A_token_takes_every_weight_of_every_matrix(string shape)
    {
        LlamaConfig config = s_shapes[shape];
        using LlamaModel model = await CreateAsync(config, new ModelOptions());
        long norms = (2L * config.Layers + 1) * config.Width;
        long embedding = config.TiedEmbeddings ? 0 : (long)config.VocabularySize * config.Width;
        Assert.Equal(config.ParameterCount - norms - embedding, model.MultiplyAddsPerToken);
    }

    private static RopeScaling.LongRope LongRope(int context) =>
        new([1, 1, 1.1f, 1.2f, 1.4f, 2], [1, 1.5f, 2, 3, 5, 9], context, 1.15f);

    private static Task<LlamaModel> CreateAsync(LlamaConfig config, ModelOptions options) =>
        LlamaModel.CreateRandomAsync(
            config, DType.F32, Seed, options with { Threads = 2 }, TestContext.Current.CancellationToken);

    private static async Task<float[][]> LogitsAsync(LlamaConfig config, ModelOptions options, int[] tokens)
    {
        using LlamaModel model = await CreateAsync(config, options);
        var rows = new List<float[]>();
        await model.ComputeLogitsAsync(
            tokens, (_, logits) => rows.Add(logits.ToArray()), 0, TestContext.Current.CancellationToken);
        return [.. rows];
    }

    private static void AssertClose(double[][] expected, float[][] actual, double tolerance)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int position = 0; position < expected.Length; position++)
            for (int id = 0; id < expected[position].Length; id++)
                Assert.True(
                    Math.Abs(expected[position][id] - actual[position][id]) <= tolerance,
                    $"position {position}, id {id}: {actual[position][id]}, expected {expected[position][id]}");
    }

    private static int[] Tokens(int count, int vocabulary)
    {
        var random = new Random(3);
        return [.. Enumerable.Range(0, count).Select(_ => random.Next(vocabulary))];
    }

    private static ReferenceLlama Reference(LlamaConfig config)
    {
        Dictionary<TensorId, double[][]> weights = ModelTensors.Of(config)
            .Select((tensor, i) => (tensor.Id, Rows: Random(tensor, i).ReadNumbers()))
            .ToDictionary(pair => pair.Id, pair => pair.Rows);
        return new ReferenceLlama(config, id => weights[id], RopePairing.SplitHalves);
    }

    private static RandomMatrix Random(ModelTensor tensor, int index) =>
        new($"{tensor.Id}", DType.F32, tensor.Rows, tensor.Width, Seed + (ulong)index);
}
