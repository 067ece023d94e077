using System.Globalization;

namespace LLamaNet.Architectures;

// The names of a model's tensors in one kind of files: "<prefix><layer>.<stem>.weight", outside the layers "<stem>.weight".
// Biases end in ".bias".
// leftovers: ends of the names of tensors that some files hold and no model needs, such as tables of rotations.
internal sealed class TensorNames(string layerPrefix, string[] leftovers, Func<TensorNames.Row, string?> column)
{
    private static readonly Row[] s_table =
    [
        new([TensorRole.Embedding], "token_embd", "model.embed_tokens", "tok_embeddings"),
        new([TensorRole.AttentionNorm], "attn_norm", "input_layernorm", "attention_norm"),
        new([TensorRole.Query], "attn_q", "self_attn.q_proj", "attention.wq"),
        new([TensorRole.Key], "attn_k", "self_attn.k_proj", "attention.wk"),
        new([TensorRole.Value], "attn_v", "self_attn.v_proj", "attention.wv"),
        new([TensorRole.Query, TensorRole.Key, TensorRole.Value], "attn_qkv", "self_attn.qkv_proj", Meta: null),
        new([TensorRole.QueryNorm], "attn_q_norm", "self_attn.q_norm", Meta: null),
        new([TensorRole.KeyNorm], "attn_k_norm", "self_attn.k_norm", Meta: null),
        new([TensorRole.AttentionOutput], "attn_output", "self_attn.o_proj", "attention.wo"),
        new([TensorRole.FfnNorm], "ffn_norm", "post_attention_layernorm", "ffn_norm"),
        new([TensorRole.Gate], "ffn_gate", "mlp.gate_proj", "feed_forward.w1"),
        new([TensorRole.Up], "ffn_up", "mlp.up_proj", "feed_forward.w3"),
        new([TensorRole.Gate, TensorRole.Up], "ffn_up", "mlp.gate_up_proj", Meta: null),
        new([TensorRole.Down], "ffn_down", "mlp.down_proj", "feed_forward.w2"),
        new([TensorRole.OutputNorm], "output_norm", "model.norm", "norm"),
        new([TensorRole.Output], "output", "lm_head", "output"),
    ];

    public static TensorNames Gguf { get; } = new(
        "blk.", ["rope_freqs.weight", "rope_factors_long.weight", "rope_factors_short.weight", "attn_rot_embd.weight"],
        row => row.Gguf);

    public static TensorNames HuggingFace { get; } = new(
        "model.layers.", ["rotary_emb.inv_freq", "rotary_emb.cos_cached", "rotary_emb.sin_cached"], row => row.HuggingFace);

    public static TensorNames Meta { get; } = new("layers.", ["rope.freqs"], row => row.Meta);

    public string Of(TensorId id) => Of([id.Role], id);

    // The tensors that files of such a model hold, made as they are asked for.
    public IEnumerable<StoredTensor> Stored(LlamaConfig config, Architecture architecture)
    {
        foreach (IReadOnlyList<ModelTensor> tensors in ModelTensors.ByLayer(config))
        {
            foreach (ModelTensor tensor in tensors)
            {
                TensorRole[] roles = architecture.Fused.FirstOrDefault(roles => roles.Contains(tensor.Role)) ?? [tensor.Role];
                if (tensor.Role != roles[0]) continue;
                IEnumerable<ModelTensor> parts = roles.Select(
                    role => tensors.First(part => part.Id == tensor.Id with { Role = role }));
                yield return new StoredTensor(Of(roles, tensor.Id), [.. parts]);
            }
        }
    }

    public bool IsLeftover(string name) => leftovers.Any(end => name.EndsWith(end, StringComparison.Ordinal));

    // The number of the layer that a name belongs to; null outside the layers.
    public int? LayerOf(string name) =>
        name.StartsWith(layerPrefix, StringComparison.Ordinal)
        && int.TryParse(name[layerPrefix.Length..].Split('.')[0], NumberStyles.None, CultureInfo.InvariantCulture, out int layer)
            ? layer
            : null;

    private string Of(TensorRole[] roles, TensorId id)
    {
        string stem = column(s_table.First(row => row.Roles.SequenceEqual(roles)))
            ?? throw new InvalidOperationException($"These files have no name for {id}.");
        string prefix = id.Layer is { } layer ? string.Create(CultureInfo.InvariantCulture, $"{layerPrefix}{layer}.") : "";
        return $"{prefix}{stem}.{(id.IsBias ? "bias" : "weight")}";
    }

    // Roles: one, or those of matrices that some architectures fuse.
    internal sealed record Row(TensorRole[] Roles, string Gguf, string HuggingFace, string? Meta);
}
