using System.Text.Json.Nodes;
using LLamaNet.Checkpoints;

namespace LLamaNet.Tests.Doubles;

// A LLaMA of one layer, width 8, 2 heads and 1 key-value head, in a folder as transformers writes it.
internal sealed class HuggingFaceModel : IDisposable
{
    public const string Config = """
        {"model_type": "llama", "hidden_size": 8, "intermediate_size": 12, "num_hidden_layers": 1, "num_attention_heads": 2,
         "num_key_value_heads": 1, "vocab_size": 6, "max_position_embeddings": 32, "rms_norm_eps": 1e-5, "eos_token_id": 2}
        """;

    private readonly TemporaryFolder _folder = new();

    private HuggingFaceModel()
    {
    }

    public static IReadOnlyList<(string Name, string Type, long[] Shape, byte[] Contents)> Tensors { get; } =
    [
        .. new (string Name, long[] Shape)[]
        {
            ("model.embed_tokens.weight", [6, 8]), ("model.norm.weight", [8]), ("lm_head.weight", [6, 8]),
            ("model.layers.0.input_layernorm.weight", [8]), ("model.layers.0.post_attention_layernorm.weight", [8]),
            ("model.layers.0.self_attn.q_proj.weight", [8, 8]), ("model.layers.0.self_attn.k_proj.weight", [4, 8]),
            ("model.layers.0.self_attn.v_proj.weight", [4, 8]), ("model.layers.0.self_attn.o_proj.weight", [8, 8]),
            ("model.layers.0.mlp.gate_proj.weight", [12, 8]), ("model.layers.0.mlp.up_proj.weight", [12, 8]),
            ("model.layers.0.mlp.down_proj.weight", [8, 12]), ("model.layers.0.self_attn.rotary_emb.inv_freq", [2]),
        }.Select((tensor, index) => (tensor.Name, "BF16", tensor.Shape, Contents(index, tensor.Shape))),
    ];

    public string Path => _folder.Path;

    public string this[string name] => _folder[name];

    // The tensors in one file.
    public static HuggingFaceModel Create(string changes = "{}", params string[] without)
    {
        var model = new HuggingFaceModel();
        JsonObject json = JsonNode.Parse(Config)!.AsObject();
        foreach ((string key, JsonNode? value) in JsonNode.Parse(changes)!.AsObject()) json[key] = value?.DeepClone();
        File.WriteAllText(model["config.json"], json.ToJsonString());
        File.WriteAllBytes(
            model["model.safetensors"], SafetensorsWriter.Write([.. Tensors.Where(tensor => !without.Contains(tensor.Name))]));
        return model;
    }

    // The tensors by turns in two files, with an index that a test may change.
    public static HuggingFaceModel CreateSharded(Action<JsonObject>? changeMap = null)
    {
        HuggingFaceModel model = Create();
        File.Delete(model["model.safetensors"]);
        var map = new JsonObject();
        for (int shard = 0; shard < 2; shard++)
        {
            (string Name, string Type, long[] Shape, byte[] Contents)[] part =
                [.. Tensors.Where((_, index) => index % 2 == shard)];
            File.WriteAllBytes(model[$"part-{shard}.safetensors"], SafetensorsWriter.Write(part));
            foreach (var tensor in part) map[tensor.Name] = $"part-{shard}.safetensors";
        }

        changeMap?.Invoke(map);
        File.WriteAllText(
            model["model.safetensors.index.json"],
            new JsonObject { ["metadata"] = new JsonObject(), ["weight_map"] = map }.ToJsonString());
        return model;
    }

    public Checkpoint Open() => OpenCheckpoint.HuggingFace(Path);

    public void Dispose() => _folder.Dispose();

    private static byte[] Contents(int index, long[] shape) =>
        [.. Enumerable.Range(0,
            (int)shape.Aggregate((a, b) => a * b)).SelectMany(i => BitConverter.GetBytes((ushort)(1000 * index + i)))];
}
