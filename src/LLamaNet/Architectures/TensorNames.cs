using System.Globalization;

namespace LLamaNet.Architectures;

// The names of a model's tensors in one kind of files: "<prefix><layer>.<stem>.weight", outside the layers "<stem>.weight".
// leftovers: ends of the names of tensors that some files hold and no model needs, such as tables of rotations.
internal sealed class TensorNames(string layerPrefix, string[] leftovers, Func<TensorNames.Row, string> column)
{
    private static readonly Row[] s_table =
    [
        new(TensorRole.Embedding, "token_embd", "model.embed_tokens", "tok_embeddings"),
        new(TensorRole.AttentionNorm, "attn_norm", "input_layernorm", "attention_norm"),
        new(TensorRole.Query, "attn_q", "self_attn.q_proj", "attention.wq"),
        new(TensorRole.Key, "attn_k", "self_attn.k_proj", "attention.wk"),
        new(TensorRole.Value, "attn_v", "self_attn.v_proj", "attention.wv"),
        new(TensorRole.AttentionOutput, "attn_output", "self_attn.o_proj", "attention.wo"),
        new(TensorRole.FfnNorm, "ffn_norm", "post_attention_layernorm", "ffn_norm"),
        new(TensorRole.Gate, "ffn_gate", "mlp.gate_proj", "feed_forward.w1"),
        new(TensorRole.Up, "ffn_up", "mlp.up_proj", "feed_forward.w3"),
        new(TensorRole.Down, "ffn_down", "mlp.down_proj", "feed_forward.w2"),
        new(TensorRole.OutputNorm, "output_norm", "model.norm", "norm"),
        new(TensorRole.Output, "output", "lm_head", "output"),
    ];

    public static TensorNames Gguf { get; } = new("blk.", ["rope_freqs.weight", "attn_rot_embd.weight"], row => row.Gguf);

    public static TensorNames HuggingFace { get; } = new("model.layers.", ["rotary_emb.inv_freq"], row => row.HuggingFace);

    public static TensorNames Meta { get; } = new("layers.", ["rope.freqs"], row => row.Meta);

    public string Of(TensorId id)
    {
        string stem = column(s_table.First(row => row.Role == id.Role));
        string prefix = id.Layer is { } layer ? string.Create(CultureInfo.InvariantCulture, $"{layerPrefix}{layer}.") : "";
        return $"{prefix}{stem}.weight";
    }

    // The tensors that files of such a model hold.
    public IEnumerable<StoredTensor> Stored(LlamaConfig config) =>
        ModelTensors.Of(config).Select(tensor => new StoredTensor(Of(tensor.Id), [tensor]));

    public bool IsLeftover(string name) => leftovers.Any(end => name.EndsWith(end, StringComparison.Ordinal));

    // The number of the layer that a name belongs to; null outside the layers.
    public int? LayerOf(string name) =>
        name.StartsWith(layerPrefix, StringComparison.Ordinal)
        && int.TryParse(name[layerPrefix.Length..].Split('.')[0], NumberStyles.None, CultureInfo.InvariantCulture, out int layer)
            ? layer
            : null;

    internal sealed record Row(TensorRole Role, string Gguf, string HuggingFace, string Meta);
}
