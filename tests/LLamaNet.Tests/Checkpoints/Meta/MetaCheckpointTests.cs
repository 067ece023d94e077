using System.Text.Json.Nodes;
using LLamaNet.Architectures.Rope;
using LLamaNet.Checkpoints;
using LLamaNet.Checkpoints.Meta;
using LLamaNet.Tensors;
using Xunit;

namespace LLamaNet.Tests.Checkpoints.Meta;

public class MetaCheckpointTests
{
    [Fact]
    public void The_configuration_is_read()
    {
        using Checkpoint checkpoint = OpenCheckpoint.Meta(SharedData.Path("models/stories260K/meta-f32"));
        Assert.Equal(
            TestConfigs.Stories260K with { ContextLength = 2048, TiedEmbeddings = false }, checkpoint.Config);
        Assert.Equal(RopePairing.AdjacentPairs, checkpoint.Pairing);
        Assert.Equal("Meta pth", checkpoint.Container);
        Assert.Equal(48, checkpoint.Tensors.Count);
        Assert.Equal(49, CheckpointReader.Inspect(checkpoint.Path).Tensors.Count);
    }

    [Fact]
    public void Two_shards_are_byte_for_byte_the_unsharded_model()
    {
        using Checkpoint whole = OpenCheckpoint.Meta(SharedData.Path("models/stories260K/meta-f32"));
        using Checkpoint cut = OpenCheckpoint.Meta(SharedData.Path("models/stories260K/meta-f32-2shards"));
        Assert.Equal(whole.Config, cut.Config);
        AssertEqualTensors(whole, cut);
    }

    // Hugging Face stores the rotary pairs of q and k as halves: row (head, half, i) is Meta's row (head, i, half).
    [Fact]
    public void The_weights_are_those_of_the_Hugging_Face_folder_but_for_the_order_of_rotary_rows()
    {
        using Checkpoint meta = OpenCheckpoint.Meta(SharedData.Path("models/stories260K/meta-f32"));
        using Checkpoint other = OpenCheckpoint.HuggingFace(SharedData.Path("models/stories260K/hf-f32"));
        int headDim = meta.Config.HeadDim;
        foreach ((string name, MatrixSource matrix) in other.ByName())
        {
            byte[] expected = ReadAll(meta.ByName()[name]), actual = ReadAll(matrix);
            if (name.EndsWith("attn_q.weight", StringComparison.Ordinal)
                || name.EndsWith("attn_k.weight", StringComparison.Ordinal))
            {
                byte[][] rows = [.. expected.Chunk((int)matrix.RowBytes)];
                expected = [.. Enumerable.Range(0, rows.Length).SelectMany(row =>
                {
                    int within = row % headDim, half = within / (headDim / 2), pair = within % (headDim / 2);
                    return rows[row - within + 2 * pair + half];
                })];
            }

            Assert.True(expected.AsSpan().SequenceEqual(actual), name);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Shards_are_merged_along_rows_or_columns(bool embeddingByRows)
    {
        using MetaModel one = MetaModel.Create(), several = MetaModel.Create(2, embeddingByRows);
        using Checkpoint whole = OpenCheckpoint.Meta(one.Path), cut = OpenCheckpoint.Meta(several.Path);
        Assert.Equal(whole.Config, cut.Config);
        AssertEqualTensors(whole, cut);
    }

    [Fact]
    public void Rows_may_be_read_in_any_pieces_by_several_threads()
    {
        using MetaModel one = MetaModel.Create(), two = MetaModel.Create(2);
        using Checkpoint whole = OpenCheckpoint.Meta(one.Path), cut = OpenCheckpoint.Meta(two.Path);
        foreach ((string name, MatrixSource matrix) in cut.ByName())
        {
            byte[] expected = ReadAll(whole.ByName()[name]);
            Parallel.For(0, matrix.Rows, first =>
            {
                for (int count = 0; count <= matrix.Rows - first; count++)
                {
                    byte[] rows = new byte[count * matrix.RowBytes];
                    matrix.ReadRows(first, count, rows);
                    Assert.Equal(expected.AsSpan((int)(first * matrix.RowBytes), rows.Length).ToArray(), rows);
                }
            });
        }
    }

    [Theory]
    [InlineData("""{"use_scaled_rope": true, "rope_theta": 500000}""", "llama3 8 1 4 8192")]
    [InlineData("""{"use_scaled_rope": true, "rope_scaling_factor": 32}""", "llama3 32 1 4 8192")]
    [InlineData("""{"use_scaled_rope": false}""", "none")]
    [InlineData("""{"n_kv_heads": 1, "max_seq_len": 4096, "ffn_dim_multiplier": 1.0, "vocab_size": -1}""", "none")]
    public void Parameters_of_every_generation_are_read(string changes, string scaling)
    {
        using MetaModel model = MetaModel.Create();
        Change(model, changes);
        using Checkpoint checkpoint = OpenCheckpoint.Meta(model.Path);
        LlamaConfig config = checkpoint.Config;
        Assert.Equal(scaling, config.RopeScaling is RopeScaling.Llama3 llama3
            ? $"llama3 {llama3.Factor} {llama3.LowFrequencyFactor} {llama3.HighFrequencyFactor} {llama3.OriginalContextLength}"
            : "none");
        Assert.Equal(changes.Contains("max_seq_len") ? 4096 : 2048, config.ContextLength);
        Assert.Equal(changes.Contains("rope_theta") ? 500000f : 10000f, config.RopeTheta);
    }

    // dim and layers of LLaMA 3.1 8B, and of LLaMA 3.2 1B and 3B, whose factor is in Meta's code alone.
    [Theory]
    [InlineData(4096, 32, 8)]
    [InlineData(2048, 16, 32)]
    [InlineData(3072, 28, 32)]
    public void The_factor_of_scaled_rotation_is_the_models(int dim, int layers, float factor)
    {
        using MetaModel model = MetaModel.Create();
        Change(model, $$"""{"dim": {{dim}}, "n_layers": {{layers}}, "n_heads": 32, "n_kv_heads": 8, "use_scaled_rope": true}""");
        LlamaConfig config = MetaParameters.Read(model["params.json"], _ => 6, new LoadWarnings());
        Assert.Equal(factor, Assert.IsType<RopeScaling.Llama3>(config.RopeScaling).Factor);
    }

    [Fact]
    public void Mistrals_parameters_name_the_widths()
    {
        using MetaModel model = MetaModel.Create();
        Change(model, """{"head_dim": 4, "hidden_dim": 24, "multiple_of": null, "sliding_window": 16}""");
        using Checkpoint checkpoint = OpenCheckpoint.Meta(model.Path);
        Assert.Equal((4, 24, 16), (checkpoint.Config.HeadDim, checkpoint.Config.FfnWidth, checkpoint.Config.SlidingWindow));
        Assert.Empty(checkpoint.Warnings.All);
    }

    [Fact]
    public void Parameters_that_are_not_known_are_told()
    {
        using MetaModel model = MetaModel.Create();
        Change(model, """{"use_qk_norm": true, "max_batch_size": 4, "lora_args": null}""");
        using Checkpoint checkpoint = OpenCheckpoint.Meta(model.Path);
        Assert.Equal([$"{model["params.json"]}: use_qk_norm: not known here, so left out"], checkpoint.Warnings.All);
    }

    // dim, multiple_of, multiplier and the width of Meta's own models: 7B, LLaMA 2 70B, LLaMA 3 8B, LLaMA 3.2 1B.
    [Theory]
    [InlineData(4096, 256, null, 11008)]
    [InlineData(8192, 4096, 1.3, 28672)]
    [InlineData(4096, 1024, 1.3, 14336)]
    [InlineData(2048, 256, 1.5, 8192)]
    public void The_feed_forward_width_follows_Metas_formula(int dim, int multipleOf, double? multiplier, int width)
    {
        using MetaModel model = MetaModel.Create();
        var json = new JsonObject
        {
            ["dim"] = dim,
            ["n_layers"] = 1,
            ["n_heads"] = 32,
            ["multiple_of"] = multipleOf,
            ["ffn_dim_multiplier"] = multiplier
        };
        File.WriteAllText(model["params.json"], json.ToJsonString());
        Assert.Equal(width, MetaParameters.Read(model["params.json"], _ => 100, new LoadWarnings()).FfnWidth);
    }

    [Theory]
    [InlineData("""{"dim": 0}""", "dim")]
    [InlineData("""{"dim": "8"}""", "dim")]
    [InlineData("""{"dim": 8.5}""", "dim")]
    [InlineData("""{"dim": 99999999999}""", "dim")]
    [InlineData("""{"dim": 16}""", "tok_embeddings.weight")]
    [InlineData("""{"n_layers": 2}""", "layers.1.attention_norm.weight")]
    [InlineData("""{"n_layers": 2000}""", "n_layers")]
    [InlineData("""{"n_heads": 3}""", "n_heads")]
    [InlineData("""{"n_heads": 8}""", "dim / n_heads")]
    [InlineData("""{"n_kv_heads": 2}""", "layers.0.attention.wk.weight")]
    [InlineData("""{"n_kv_heads": 3}""", "n_kv_heads")]
    [InlineData("""{"vocab_size": 7}""", "vocab_size")]
    [InlineData("""{"multiple_of": 7}""", "layers.0.feed_forward.w1.weight")]
    [InlineData("""{"multiple_of": 0}""", "multiple_of")]
    [InlineData("""{"ffn_dim_multiplier": -1}""", "ffn_dim_multiplier")]
    [InlineData("""{"ffn_dim_multiplier": 1e300}""", "ffn_dim_multiplier")]
    [InlineData("""{"norm_eps": 0}""", "norm_eps")]
    [InlineData("""{"rope_theta": 1e99}""", "rope_theta")]
    [InlineData("""{"max_seq_len": 0}""", "max_seq_len")]
    [InlineData("""{"quantization_args": {}}""", "quantization_args")]
    [InlineData("""{"moe": {"num_experts": 8}}""", "moe")]
    [InlineData("""{"head_dim": 3}""", "head_dim")]
    [InlineData("""{"hidden_dim": 23}""", "layers.0.feed_forward.w1.weight")]
    public void Parameters_that_make_no_sense_are_refused_by_name(string changes, string place)
    {
        using MetaModel model = MetaModel.Create();
        Change(model, changes);
        Assert.Equal(place, Assert.Throws<ModelFormatException>(() => OpenCheckpoint.Meta(model.Path)).Place);
    }

    [Fact]
    public void A_missing_shard_is_named()
    {
        using MetaModel model = MetaModel.Create(2);
        File.Move(model["consolidated.01.pth"], model["consolidated.02.pth"]);
        Assert.Equal("consolidated.01.pth", Assert.Throws<ModelFormatException>(() => OpenCheckpoint.Meta(model.Path)).Place);
    }

    [Fact]
    public void Shards_must_hold_the_same_tensors()
    {
        using MetaModel model = MetaModel.Create(2);
        File.WriteAllBytes(
            model["consolidated.01.pth"], MetaModel.Shard(1, 2, without: "layers.0.attention.wv.weight").ToArray());
        Assert.Equal(
            "layers.0.attention.wv.weight", Assert.Throws<ModelFormatException>(() => OpenCheckpoint.Meta(model.Path)).Place);
        File.WriteAllBytes(model["consolidated.01.pth"], MetaModel.Shard(1, 2, type: "FloatStorage").ToArray());
        Assert.Contains(
            "as in consolidated.00.pth", Assert.Throws<ModelFormatException>(() => OpenCheckpoint.Meta(model.Path)).Expected);
        File.WriteAllBytes(model["consolidated.01.pth"], MetaModel.Shard(0, 1).ToArray());
        Assert.Throws<ModelFormatException>(() => OpenCheckpoint.Meta(model.Path));
    }

    [Fact]
    public void A_shard_too_many_does_not_fit()
    {
        using MetaModel model = MetaModel.Create();
        File.Copy(model["consolidated.00.pth"], model["consolidated.01.pth"]);
        Assert.Throws<ModelFormatException>(() => OpenCheckpoint.Meta(model.Path));
    }

    [Fact]
    public void Tensors_with_another_prefix_are_named()
    {
        using MetaModel model = MetaModel.Create();
        File.WriteAllBytes(model["consolidated.00.pth"], MetaModel.Shard(0, 1, prefix: "module.").ToArray());
        var exception = Assert.Throws<ModelFormatException>(() => OpenCheckpoint.Meta(model.Path));
        Assert.Equal("tok_embeddings.weight", exception.Place);
        Assert.StartsWith("no such tensor, but module.tok_embeddings.weight: ", exception.Found, StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_without_output_is_refused()
    {
        using MetaModel model = MetaModel.Create();
        File.WriteAllBytes(model["consolidated.00.pth"], MetaModel.Shard(0, 1, without: "output.weight").ToArray());
        Assert.Equal("output.weight", Assert.Throws<ModelFormatException>(() => OpenCheckpoint.Meta(model.Path)).Place);
    }

    [Fact]
    public void Inspecting_a_folder_without_a_good_configuration_lists_its_tensors()
    {
        using MetaModel model = MetaModel.Create();
        Change(model, """{"dim": 0}""");
        CheckpointSummary summary = CheckpointReader.Inspect(model.Path);
        Assert.Null(summary.Config);
        Assert.Contains("dim", summary.ConfigProblem);
        Assert.Equal(13, summary.Tensors.Count);
    }

    private static void Change(MetaModel model, string changes)
    {
        JsonObject json = JsonNode.Parse(MetaModel.Params)!.AsObject();
        foreach ((string key, JsonNode? value) in JsonNode.Parse(changes)!.AsObject()) json[key] = value?.DeepClone();
        File.WriteAllText(model["params.json"], json.ToJsonString());
    }

    private static void AssertEqualTensors(Checkpoint expected, Checkpoint actual)
    {
        Assert.Equal(expected.ByName().Keys.Order(), actual.ByName().Keys.Order());
        foreach ((string name, MatrixSource matrix) in expected.ByName())
            Assert.True(ReadAll(matrix).AsSpan().SequenceEqual(ReadAll(actual.ByName()[name])), name);
    }

    private static byte[] ReadAll(MatrixSource matrix)
    {
        byte[] rows = new byte[matrix.Bytes];
        matrix.ReadRows(0, matrix.Rows, rows);
        return rows;
    }
}
