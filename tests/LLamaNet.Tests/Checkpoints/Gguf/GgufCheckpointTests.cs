using LLamaNet.Architectures;
using LLamaNet.Architectures.Rope;
using LLamaNet.Checkpoints;
using LLamaNet.Tensors;
using Xunit;

namespace LLamaNet.Tests.Checkpoints.Gguf;

public class GgufCheckpointTests
{
    [Theory]
    [InlineData("stories260K/stories260K-F32.gguf")]
    [InlineData("stories260K/stories260K-F16.gguf")]
    [InlineData("stories260K/stories260K-BF16.gguf")]
    [InlineData("gguf-variants/stories260K-F16-v2.gguf")]
    [InlineData("gguf-variants/stories260K-F16-align64.gguf")]
    [InlineData("gguf-variants/stories260K-F16-allmeta.gguf")]
    [InlineData("gguf-variants/stories260K-F16-split-00001-of-00003.gguf")]
    [InlineData("gguf-variants/stories260K-F16-split-00003-of-00003.gguf")]
    public void Stories260K_has_its_configuration(string path)
    {
        using Checkpoint checkpoint = OpenCheckpoint.Gguf(SharedData.Path($"models/{path}"));
        Assert.Equal(TestConfigs.Stories260K, checkpoint.Config);
        Assert.Equal(47, checkpoint.Tensors.Count);
        Assert.Equal(RopePairing.AdjacentPairs, checkpoint.Pairing);
    }

    [Theory]
    [InlineData("gguf-variants/stories260K-F16-v2.gguf")]
    [InlineData("gguf-variants/stories260K-F16-align64.gguf")]
    [InlineData("gguf-variants/stories260K-F16-split-00002-of-00003.gguf")]
    public void Variants_hold_the_same_weights(string path)
    {
        using Checkpoint expected = OpenCheckpoint.Gguf(SharedData.Path("models/stories260K/stories260K-F16.gguf"));
        using Checkpoint actual = OpenCheckpoint.Gguf(SharedData.Path($"models/{path}"));
        Assert.All(expected.ByName(), pair => Assert.Equal(Bytes(pair.Value), Bytes(actual.ByName()[pair.Key])));
    }

    [Fact]
    public void Every_GGUF_model_opens_with_a_vocabulary_as_large_as_its_embedding()
    {
        string[] paths = Directory.GetFiles(SharedData.Path("models"), "*.gguf", SearchOption.AllDirectories);
        string[] models = [.. paths.Where(path => !path.Contains("lora", StringComparison.Ordinal))];
        Assert.NotEmpty(models);
        foreach (string path in models)
        {
            using Checkpoint checkpoint = OpenCheckpoint.Gguf(path);
            MatrixSource embedding = checkpoint.ByName()["token_embd.weight"];
            Assert.Equal(embedding.Rows, checkpoint.ReadVocabulary().Pieces.Length);
            foreach (MatrixSource matrix in checkpoint.Tensors.Values) Assert.Equal(matrix.Bytes, Bytes(matrix).Length);
        }
    }

    [Fact]
    public void An_adapter_is_no_model()
    {
        string path = SharedData.Path("models/stories260K/lora-r4-all/adapter.gguf");
        Assert.Contains(
            "expected model, found adapter", Assert.Throws<ModelFormatException>(() => OpenCheckpoint.Gguf(path)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_head_wider_than_its_share_and_linear_scaling()
    {
        using Checkpoint checkpoint = OpenCheckpoint.Gguf(SharedData.Path("models/synth-headdim/synth-headdim-F32.gguf"));
        LlamaConfig config = checkpoint.Config;
        Assert.Equal((64, 4, 1, 24), (config.Width, config.Heads, config.KvHeads, config.HeadDim));
        Assert.Equal(new RopeScaling.Linear(4), config.RopeScaling);
        Assert.False(config.TiedEmbeddings);
    }

    [Fact]
    public void Frequency_factors_and_chat_template()
    {
        using Checkpoint checkpoint = OpenCheckpoint.Gguf(SharedData.Path("models/synth-llama3/synth-llama3-F32.gguf"));
        LlamaConfig config = checkpoint.Config;
        var scaling = Assert.IsType<RopeScaling.FrequencyFactors>(config.RopeScaling);
        Assert.Equal(16, scaling.Factors.Count);
        Assert.Equal(1, scaling.Factors[0]);
        Assert.Equal(500000, config.RopeTheta);
        Assert.True(config.TiedEmbeddings);
        Assert.StartsWith("{% for message in messages %}", checkpoint.ChatTemplate, StringComparison.Ordinal);
        Assert.Equal("synth-llama3", checkpoint.Name);
    }

    [Fact]
    public void A_vocabulary_size_may_come_from_the_tokens()
    {
        using Checkpoint checkpoint = OpenCheckpoint.Gguf(SharedData.Path("models/tiny-random-llama2/llama-2-tiny-random.gguf"));
        Assert.Equal(32000, checkpoint.Config.VocabularySize);
        Assert.False(checkpoint.Config.TiedEmbeddings);
    }

    [Fact]
    public void Written_configurations_are_read_back()
    {
        RopeScaling[] scalings =
        [
            RopeScaling.None, new RopeScaling.Linear(2.5f), new RopeScaling.Yarn(4, 16),
            new RopeScaling.Yarn(8, 16, 40, 2, 1.25f),
        ];
        foreach (RopeScaling scaling in scalings)
        {
            LlamaConfig config =
                TestConfigs.Tiny with { RopeTheta = 500000, RopeScaling = scaling, TiedEmbeddings = true, HeadDim = 6 };
            using Checkpoint checkpoint = TinyModel.Create(config).Open();
            Assert.Equal(config, checkpoint.Config);
        }
    }

    [Theory]
    [InlineData(
        "general.architecture", "gemma",
        "general.architecture: expected one of llama, qwen2, qwen3, phi3, granite, smollm3, found gemma")]
    [InlineData(
        "general.architecture", null,
        "general.architecture: expected one of llama, qwen2, qwen3, phi3, granite, smollm3, found no such key")]
    [InlineData("general.type", "adapter", "general.type: expected model, found adapter")]
    [InlineData("llama.block_count", null, "llama.block_count: expected 1 to 1024, found no such key")]
    [InlineData("llama.block_count", 0u, "llama.block_count: expected 1 to 1024, found 0")]
    [InlineData("llama.block_count", 1025u, "llama.block_count: expected 1 to 1024, found 1025")]
    [InlineData("llama.block_count", 3u, "blk.2.attn_norm.weight: expected a tensor of shape [8], found no such tensor")]
    [InlineData("llama.block_count", 2f, "llama.block_count: expected an integer, found Single")]
    [InlineData("llama.block_count", "two", "llama.block_count: expected an integer, found String")]
    [InlineData("llama.attention.head_count", 0u, "llama.attention.head_count: expected 1 to 16777216, found 0")]
    [InlineData(
        "llama.attention.head_count_kv", 3u, "head_count_kv: expected a divisor of llama.attention.head_count (2), found 3")]
    [InlineData(
        "llama.attention.head_count_kv", new[] { 1, 2 }, "head_count_kv: expected the same number for all layers, found 1 and 2")]
    [InlineData(
        "llama.attention.head_count_kv", new[] { 1, 1, 1 },
        "head_count_kv: expected one number, or 2, one a layer, found an array of 3 Int32")]
    [InlineData("llama.feed_forward_length", new[] { 0.5f, 1f }, "feed_forward_length: expected an integer, found Single")]
    [InlineData("llama.attention.key_length", 513u, "llama.attention.key_length: expected 1 to 512, found 513")]
    [InlineData("llama.attention.value_length", 2u, "llama.attention.value_length: expected 4, the width of a head, found 2")]
    [InlineData("llama.rope.dimension_count", 2u, "llama.rope.dimension_count: expected 4, the width of a head, found 2")]
    [InlineData("llama.embedding_length", 16u, "token_embd.weight: expected shape [6, 16], found [6, 8]")]
    [InlineData("llama.context_length", 0x1000001u, "llama.context_length: expected 1 to 16777216, found 16777217")]
    [InlineData(
        "llama.attention.layer_norm_rms_epsilon", 0f, "layer_norm_rms_epsilon: expected a finite number above 0, found 0")]
    [InlineData("llama.attention.layer_norm_rms_epsilon", 1u, "layer_norm_rms_epsilon: expected a float, found UInt32")]
    [InlineData("llama.rope.freq_base", float.NaN, "llama.rope.freq_base: expected a finite number above 0, found NaN")]
    [InlineData("llama.rope.scaling.type", "longrope", "llama.rope.scaling.type: expected none, linear or yarn, found longrope")]
    [InlineData("llama.rope.scaling.attn_factor", 1.5f, "attn_factor: expected 1 beside llama.rope.scaling.type none, found 1.5")]
    [InlineData(
        "llama.attention.causal", false,
        "llama.attention.causal: expected True (anything else is not supported), found False")]
    [InlineData("llama.attn_logit_softcapping", 50f, "llama.attn_logit_softcapping: expected 0 (anything")]
    [InlineData("llama.attention.max_alibi_bias", 8f, "llama.attention.max_alibi_bias: expected 0 (anything")]
    [InlineData("llama.attention.clamp_kqv", 8f, "llama.attention.clamp_kqv: expected 0 (anything")]
    [InlineData("llama.use_parallel_residual", true, "llama.use_parallel_residual: expected False (anything")]
    [InlineData("llama.embedding_scale", 12f, "llama.embedding_scale: expected 1 (anything")]
    [InlineData("llama.logit_scale", 0.5f, "llama.logit_scale: expected 1 (anything")]
    [InlineData("llama.rope.dimension_sections", new[] { 1, 1, 2, 0 }, "rope.dimension_sections: expected no such key")]
    [InlineData("llama.rope.scaling.factor", -1f, "llama.rope.scaling: expected a finite number above 0, found -1")]
    [InlineData("llama.expert_count", 8u, "llama.expert_count: expected 0, a model without experts, found 8")]
    [InlineData("tokenizer.ggml.tokens", 1u, "tokenizer.ggml.tokens: expected an array of String, found UInt32")]
    public void Bad_metadata_is_named(string key, object? value, string message)
    {
        TinyModel model = value is null ? TinyModel.Create().Without(key) : TinyModel.Create().With(key, value);
        Assert.Contains(message, Refusal(model), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("blk.1.attn_k.weight", "blk.1.attn_k.weight: expected a tensor of shape [4, 8], found no such tensor")]
    [InlineData("output_norm.weight", "output_norm.weight: expected a tensor of shape [8], found no such tensor")]
    public void Missing_tensors_are_named(string name, string message) =>
        Assert.Contains(message, Refusal(TinyModel.Create().WithoutTensor(name)), StringComparison.Ordinal);

    [Fact]
    public void Unknown_and_misshapen_tensors_are_refused()
    {
        TinyModel normed = TinyModel.Create().With(ArrayMatrix.Random("blk.0.attn_q_norm.weight", 1, 4));
        Assert.Contains(
            "blk.0.attn_q_norm.weight: expected no tensor that the configuration does not explain, found F32 [4]",
            Refusal(normed),
            StringComparison.Ordinal);
        TinyModel misshapen = TinyModel.Create().With(ArrayMatrix.Random("blk.0.ffn_up.weight", 8, 12));
        Assert.Contains(
            "blk.0.ffn_up.weight: expected shape [12, 8], found [8, 12]", Refusal(misshapen), StringComparison.Ordinal);
        TinyModel factors = TinyModel.Create().With(ArrayMatrix.Random("rope_freqs.weight", 1, 3));
        Assert.Contains("rope_freqs.weight: expected 2 values of type F32", Refusal(factors), StringComparison.Ordinal);
        TinyModel extra = TinyModel.Create().With(ArrayMatrix.Random("extra.weight", 2, 8));
        Assert.Contains(
            "extra.weight: expected no tensor that the configuration does not explain", Refusal(extra), StringComparison.Ordinal);
        using Checkpoint leftover = TinyModel.Create().With(ArrayMatrix.Random("blk.0.attn_rot_embd.weight", 1, 2)).Open();
        Assert.Equal(leftover.Tensors.Count, ModelTensors.Of(TestConfigs.Tiny).Count());
    }

    [Theory]
    [InlineData("blk.1.attn_k.bias", 4)]
    [InlineData("blk.0.attn_output.bias", 8)]
    [InlineData("blk.1.ffn_down.bias", 8)]
    public void Biases_that_a_file_leaves_out_are_zero(string name, int width)
    {
        MatrixSource given = ArrayMatrix.Random(name, 1, width);
        using Checkpoint checkpoint = TinyModel.Create().With(given).Open();
        Dictionary<string, MatrixSource> biases = checkpoint.ByName()
            .Where(pair => pair.Key.EndsWith(".bias", StringComparison.Ordinal)).ToDictionary();
        Assert.Equal(Bytes(given), Bytes(biases[name]));
        Assert.NotEmpty(biases.Remove(name) ? biases : []);
        Assert.All(biases.Values, bias => Assert.Equal(new byte[bias.Bytes], Bytes(bias)));
        Assert.Equal(
            [$"tiny.gguf: {biases.Keys.First()}: no such tensor beside other biases ({biases.Count} are missing); 0 is taken"],
            checkpoint.Warnings.All);
    }

    [Fact]
    public void A_type_that_is_only_inspected_is_named()
    {
        byte[] bytes = TinyModel.Create().With(new ArrayMatrix("zz", 1, 256, new float[256])).ToBytes();
        int name = bytes.AsSpan().LastIndexOf("blk.0.attn_k.weight"u8);
        int type = name + "blk.0.attn_k.weight".Length + sizeof(int) + 2 * sizeof(long);
        Assert.Equal(0, bytes[type]);
        bytes[type] = 26; // I32, as large as F32
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["i32.gguf"], bytes);
        var exception = Assert.Throws<ModelFormatException>(() => OpenCheckpoint.Gguf(folder["i32.gguf"]));
        Assert.Contains("blk.0.attn_k.weight: expected one of the types F32, F16", exception.Message, StringComparison.Ordinal);
        Assert.EndsWith("found I32", exception.Message, StringComparison.Ordinal);
        CheckpointSummary summary = CheckpointReader.Inspect(folder["i32.gguf"]);
        Assert.Equal("I32", summary.Tensors.Single(tensor => tensor.Name == "blk.0.attn_k.weight").Type);
    }

    [Fact]
    public void Linear_scaling_multiplies_frequency_factors()
    {
        TinyModel model = TinyModel.Create(TestConfigs.Tiny with { RopeScaling = new RopeScaling.Linear(2) });
        using Checkpoint checkpoint = model.With(new ArrayMatrix("rope_freqs.weight", 1, 2, [1, 8])).Open();
        Assert.Equal([2, 16], Assert.IsType<RopeScaling.FrequencyFactors>(checkpoint.Config.RopeScaling).Factors);
    }

    [Fact]
    public void Rows_are_read_by_number()
    {
        using Checkpoint checkpoint = TinyModel.Create().Open();
        MatrixSource matrix = checkpoint.ByName()["blk.1.ffn_gate.weight"];
        byte[] all = Bytes(matrix), some = new byte[3 * matrix.RowBytes];
        matrix.ReadRows(5, 3, some);
        Assert.Equal(all[(int)(5 * matrix.RowBytes)..(int)(8 * matrix.RowBytes)], some);
        Assert.Equal(Bytes(ArrayMatrix.Random(matrix.Name, 12, 8)), all);
        Assert.Throws<ArgumentOutOfRangeException>(() => matrix.ReadRows(10, 3, some));
    }

    [Fact]
    public void Summaries_have_the_files_words()
    {
        CheckpointSummary summary = CheckpointReader.Inspect(SharedData.Path("models/stories260K/stories260K-Q8_0.gguf"));
        Assert.Equal("GGUF v3", summary.Container);
        Assert.Null(summary.ConfigProblem);
        Assert.Equal("SentencePiece BPE, 512 tokens", summary.Tokenizer);
        TensorSummary embedding = summary.Tensors.Single(tensor => tensor.Name == "token_embd.weight");
        Assert.Equal([512, 64], embedding.Shape);
        Assert.Equal(("Q8_0", 34816), (embedding.Type, embedding.Bytes));
        Assert.Equal(
            "[0, 0, 0, 0, 0, 0, 0, 0, … 512 in all]", summary.Metadata.Single(pair => pair.Key == "tokenizer.ggml.scores").Value);
    }

    [Fact]
    public void A_file_without_a_model_can_be_inspected()
    {
        CheckpointSummary summary = CheckpointReader.Inspect(SharedData.Path("vectors/gguf/ok_1d_2d_3d_4d.gguf"));
        Assert.Null(summary.Config);
        Assert.Contains("general.architecture", summary.ConfigProblem, StringComparison.Ordinal);
        Assert.Null(summary.Tokenizer);
        Assert.Equal([1, 2, 3, 4], summary.Tensors.Select(tensor => tensor.Shape.Count));
    }

    private static byte[] Bytes(MatrixSource matrix)
    {
        byte[] bytes = new byte[matrix.Bytes];
        matrix.ReadRows(0, matrix.Rows, bytes);
        return bytes;
    }

    private static string Refusal(TinyModel model) => Assert.Throws<ModelFormatException>(() => model.Open()).Message;
}
