using System.Text.Json.Nodes;
using LLamaNet.Architectures.Rope;
using LLamaNet.Checkpoints;
using LLamaNet.Tensors;
using Xunit;

namespace LLamaNet.Tests.Checkpoints.HuggingFace;

public class HuggingFaceCheckpointTests
{
    [Theory]
    [InlineData("hf-f32", DType.F32)]
    [InlineData("hf-bf16", DType.BF16)]
    [InlineData("hf-f16-sharded", DType.F16)]
    public void A_real_model_is_opened(string folder, DType type)
    {
        using Checkpoint checkpoint = OpenCheckpoint.HuggingFace(SharedData.Path("models/stories260K/" + folder));
        Assert.Equal(TestConfigs.Stories260K, checkpoint.Config);
        Assert.Equal(RopePairing.SplitHalves, checkpoint.Pairing);
        Assert.Equal(47, checkpoint.Tensors.Count);
        Assert.All(checkpoint.Tensors.Values, matrix => Assert.Equal(type, matrix.Type));
        Assert.Equal(new GenerationDefaults(), checkpoint.GenerationDefaults);
        Assert.Contains("SentencePiece BPE, 512 tokens", CheckpointReader.Inspect(checkpoint.Path).Tokenizer);
    }

    [Theory]
    [InlineData("hf-f32", "F32")]
    [InlineData("hf-f16-sharded", "F16")]
    public void Matrices_are_those_of_the_GGUF_file_but_for_the_order_of_rotary_rows(string folder, string format)
    {
        using Checkpoint checkpoint = OpenCheckpoint.HuggingFace(SharedData.Path("models/stories260K/" + folder));
        using Checkpoint gguf = OpenCheckpoint.Gguf(SharedData.Path($"models/stories260K/stories260K-{format}.gguf"));
        int compared = 0;
        foreach ((string name, MatrixSource expected) in gguf.ByName())
        {
            if (name.Contains("attn_q.") || name.Contains("attn_k.") || expected.Rows == 1) continue;
            Assert.True(ReadAll(expected).AsSpan().SequenceEqual(ReadAll(checkpoint.ByName()[name])), name);
            compared++;
        }

        Assert.Equal(26, compared);
    }

    [Fact]
    public void Explicit_head_dim_and_rope_scaling_are_read()
    {
        using Checkpoint headDim = OpenCheckpoint.HuggingFace(SharedData.Path("models/synth-headdim/hf-f32"));
        Assert.Equal((24, 1), (headDim.Config.HeadDim, headDim.Config.KvHeads));
        Assert.Equal(new RopeScaling.Linear(4), headDim.Config.RopeScaling);

        using Checkpoint llama3 = OpenCheckpoint.HuggingFace(SharedData.Path("models/synth-llama3/hf-f32"));
        Assert.Equal(new RopeScaling.Llama3(8, 1, 4, 64), llama3.Config.RopeScaling);
        Assert.StartsWith("{% for message in messages %}", llama3.ChatTemplate);
    }

    [Fact]
    public void Shards_hold_what_one_file_holds()
    {
        using HuggingFaceModel one = HuggingFaceModel.Create(), two = HuggingFaceModel.CreateSharded();
        using Checkpoint whole = one.Open(), sharded = two.Open();
        Assert.Equal(whole.Config, sharded.Config);
        Assert.Equal(12, sharded.Tensors.Count);
        foreach ((string name, MatrixSource matrix) in whole.ByName())
            Assert.Equal(ReadAll(matrix), ReadAll(sharded.ByName()[name]));
    }

    [Theory]
    [InlineData("../part-0.safetensors")]
    [InlineData("sub/part-0.safetensors")]
    [InlineData("sub\\part-0.safetensors")]
    [InlineData("C:part-0.safetensors")]
    [InlineData("/etc/passwd")]
    [InlineData("..")]
    [InlineData("")]
    [InlineData("part-0.safetensors\u0000")]
    [InlineData(".hidden.safetensors")]
    [InlineData("part-9.safetensors")]
    public void Shard_names_are_plain_names_of_the_right_files(string name)
    {
        using HuggingFaceModel model = HuggingFaceModel.CreateSharded(map => map["model.embed_tokens.weight"] = name);
        Assert.Equal(model["model.safetensors.index.json"], Assert.Throws<ModelFormatException>(model.Open).Path);
    }

    [Theory]
    [InlineData("model.layers.7.mlp.up_proj.weight", "nor in another shard")]
    [InlineData("model.embed_tokens.weight", "but in another shard")]
    public void An_index_that_is_wrong_about_a_tensor_is_told(string tensor, string where)
    {
        using HuggingFaceModel model = HuggingFaceModel.CreateSharded(map => map[tensor] = "part-1.safetensors");
        using Checkpoint checkpoint = model.Open();
        Assert.Equal(12, checkpoint.Tensors.Count);
        Assert.Equal(
            [$"{model["model.safetensors.index.json"]}: weight_map.{tensor}: not in part-1.safetensors, {where}"],
            checkpoint.Warnings.All);
    }

    [Fact]
    public void An_index_that_swaps_its_shards_is_told_in_one_line()
    {
        using HuggingFaceModel model = HuggingFaceModel.CreateSharded(map =>
        {
            foreach ((string tensor, JsonNode? shard) in map.ToArray())
                map[tensor] = $"{shard}" == "part-0.safetensors" ? "part-1.safetensors" : "part-0.safetensors";
        });
        using Checkpoint checkpoint = model.Open();
        Assert.Equal(12, checkpoint.Tensors.Count);
        Assert.EndsWith("but in another shard; 13 entries in all are wrong", Assert.Single(checkpoint.Warnings.All));
    }

    [Fact]
    public void A_tensor_that_an_index_promises_and_no_shard_has_is_missed()
    {
        using HuggingFaceModel model = HuggingFaceModel.CreateSharded(map => map["lm_head.weight"] = "part-1.safetensors");
        File.WriteAllBytes(
            model["part-0.safetensors"],
            SafetensorsWriter.Write([.. HuggingFaceModel.Tensors.Where(
                (tensor, index) => index % 2 == 0 && tensor.Name != "lm_head.weight")]));
        Assert.Equal("lm_head.weight", Assert.Throws<ModelFormatException>(model.Open).Place);
    }

    [Theory]
    [InlineData("module.")]
    [InlineData("_orig_mod.")]
    [InlineData("module._orig_mod.")]
    [InlineData("base_model.model.")]
    [InlineData(null)]
    public void Tensors_with_another_prefix_are_named(string? prefix)
    {
        using HuggingFaceModel model = HuggingFaceModel.Create();
        string Renamed(string name) => prefix is null ? name.Replace("model.", "", StringComparison.Ordinal) : prefix + name;
        File.WriteAllBytes(
            model["model.safetensors"],
            SafetensorsWriter.Write(
                [.. HuggingFaceModel.Tensors.Select(tensor => tensor with { Name = Renamed(tensor.Name) })]));
        var exception = Assert.Throws<ModelFormatException>(model.Open);
        Assert.Equal("model.embed_tokens.weight", exception.Place);
        Assert.StartsWith(
            $"no such tensor, but {Renamed("model.embed_tokens.weight")}: ", exception.Found, StringComparison.Ordinal);
    }

    [Fact]
    public void A_tensor_that_the_index_leaves_out_is_found_in_its_shard()
    {
        using HuggingFaceModel model = HuggingFaceModel.CreateSharded(map => map.Remove("lm_head.weight"));
        using Checkpoint checkpoint = model.Open();
        Assert.Equal(12, checkpoint.Tensors.Count);
    }

    [Fact]
    public void A_tensor_in_two_shards_is_refused()
    {
        using HuggingFaceModel model = HuggingFaceModel.CreateSharded();
        File.WriteAllBytes(model["part-1.safetensors"], SafetensorsWriter.Write([.. HuggingFaceModel.Tensors]));
        Assert.Contains("no other shard", Assert.Throws<ModelFormatException>(model.Open).Expected);
    }

    [Fact]
    public void An_index_without_tensors_is_refused()
    {
        using HuggingFaceModel model = HuggingFaceModel.CreateSharded(map => map.Clear());
        Assert.Equal("weight_map", Assert.Throws<ModelFormatException>(model.Open).Place);
    }

    [Fact]
    public void The_head_is_the_embedding_only_where_the_configuration_says_so()
    {
        using (HuggingFaceModel tied = HuggingFaceModel.Create("""{"tie_word_embeddings": true}""", "lm_head.weight"))
        using (Checkpoint checkpoint = tied.Open()) Assert.True(checkpoint.Config.TiedEmbeddings);

        // transformers ties although there is a head.
        using (HuggingFaceModel both = HuggingFaceModel.Create("""{"tie_word_embeddings": true}"""))
        using (Checkpoint checkpoint = both.Open()) Assert.DoesNotContain("output.weight", checkpoint.ByName().Keys);

        using HuggingFaceModel headless = HuggingFaceModel.Create("{}", "lm_head.weight");
        Assert.Equal("lm_head.weight", Assert.Throws<ModelFormatException>(headless.Open).Place);
    }

    [Theory]
    [InlineData("""{"num_hidden_layers": 2}""", "model.layers.1.input_layernorm.weight")]
    [InlineData("""{"intermediate_size": 16}""", "model.layers.0.mlp.gate_proj.weight")]
    [InlineData("""{"vocab_size": 7}""", "model.embed_tokens.weight")]
    [InlineData("""{"num_key_value_heads": 2}""", "model.layers.0.self_attn.k_proj.weight")]
    [InlineData("""{"head_dim": 8}""", "model.layers.0.self_attn.q_proj.weight")]
    public void Tensors_must_have_the_shapes_that_the_configuration_implies(string changes, string place)
    {
        using HuggingFaceModel model = HuggingFaceModel.Create(changes);
        Assert.Equal(place, Assert.Throws<ModelFormatException>(model.Open).Place);
    }

    [Fact]
    public void Weights_in_other_types_are_refused_and_still_listed()
    {
        using HuggingFaceModel model = HuggingFaceModel.Create();
        (string, string, long[], byte[])[] others =
            [.. HuggingFaceModel.Tensors.Where(tensor => tensor.Name != "model.norm.weight")];
        File.WriteAllBytes(
            model["model.safetensors"], SafetensorsWriter.Write([.. others, ("model.norm.weight", "I8", [8], new byte[8])]));
        Assert.Contains("I8 [8]", Assert.Throws<ModelFormatException>(model.Open).Found);
        Assert.Single(CheckpointReader.Inspect(model.Path).Tensors, tensor => tensor.Type == "I8");
    }

    [Fact]
    public void Inspecting_a_quantised_model_says_why_it_cannot_be_opened()
    {
        using HuggingFaceModel model = HuggingFaceModel.Create("""{"quantization_config": {"quant_method": "awq"}}""");
        CheckpointSummary summary = CheckpointReader.Inspect(model.Path);
        Assert.Null(summary.Config);
        Assert.Contains("awq", summary.ConfigProblem);
        Assert.Equal(13, summary.Tensors.Count);
    }

    [Fact]
    public void Folders_without_the_files_are_refused()
    {
        using HuggingFaceModel model = HuggingFaceModel.Create();
        File.Delete(model["config.json"]);
        Assert.Equal("config.json", Assert.Throws<ModelFormatException>(model.Open).Place);
        File.Delete(model["model.safetensors"]);
        File.WriteAllBytes(model["pytorch_model.bin"], [1]);
        Assert.Contains("save the model as safetensors", Assert.Throws<ModelFormatException>(model.Open).Found);
    }

    [Theory]
    [InlineData("""{}""", null, null, null, null)]
    [InlineData("""{"do_sample": true, "temperature": 0.6, "top_k": 40, "top_p": 0.9, "repetition_penalty": 1.1}""", 0.6f, 40,
        0.9f, 1.1f)]
    [InlineData("""{"do_sample": false, "temperature": 0.6}""", 0f, null, null, null)]
    [InlineData("""{"temperature": null, "top_k": 0}""", null, 0, null, null)]
    [InlineData("""{"top_p": 0}""", null, null, float.Epsilon, null)] // the best token alone
    public void Recommended_settings_are_read(string generation, float? temperature, int? topK, float? topP, float? penalty)
    {
        using HuggingFaceModel model = HuggingFaceModel.Create();
        File.WriteAllText(model["generation_config.json"], generation);
        using Checkpoint checkpoint = model.Open();
        Assert.Equal(new GenerationDefaults(temperature, topK, topP, penalty), checkpoint.GenerationDefaults);
    }

    [Theory]
    [InlineData("""{"temperature": -1}""", "temperature: -1 is not a finite number of at least 0, so it is left out")]
    [InlineData("""{"temperature": "hot"}""", "temperature: \"hot\" is not a finite number of at least 0, so it is left out")]
    [InlineData("""{"top_k": -1}""", "top_k: -1 is not 0 to 2^24, so all tokens count")]
    [InlineData("""{"top_p": 1.5}""", "top_p: 1.5 is not a number from 0 to 1, so all tokens count")]
    [InlineData("""{"repetition_penalty": 0}""", "repetition_penalty: 0 is not a finite number above 0, so it is left out")]
    [InlineData("""{"top_k": 1e99}""", "top_k: 1e99 is not 0 to 2^24, so all tokens count")]
    public void Recommended_settings_that_make_no_sense_are_left_out_with_a_warning(string generation, string warning)
    {
        using HuggingFaceModel model = HuggingFaceModel.Create();
        File.WriteAllText(model["generation_config.json"], generation);
        using Checkpoint checkpoint = model.Open();
        Assert.Equal(GenerationDefaults.None, checkpoint.GenerationDefaults);
        Assert.Equal([$"{model["generation_config.json"]}: {warning}"], checkpoint.Warnings.All);
    }

    [Theory]
    [InlineData("""{"eos_token_id": "2"}""", "eos_token_id")]
    [InlineData("""{"eos_token_id": [2, [3]]}""", "eos_token_id")]
    public void End_ids_that_are_none_are_refused(string generation, string place)
    {
        using HuggingFaceModel model = HuggingFaceModel.Create();
        File.WriteAllText(model["generation_config.json"], generation);
        Assert.Equal(place, Assert.Throws<ModelFormatException>(model.Open).Place);
    }

    private static byte[] ReadAll(MatrixSource matrix)
    {
        byte[] rows = new byte[matrix.Bytes];
        matrix.ReadRows(0, matrix.Rows, rows);
        return rows;
    }
}
