using System.Globalization;

namespace LLamaNet.Checkpoints.Gguf;

// The keys of an architecture that its configuration was not read from. One that changes the computation is refused, unless its
// value changes nothing; any other is told.
internal static class GgufForeignKeys
{
    private const int ShownKeys = 8;

    // With the values that change nothing. A key with its architecture counts for that one alone.
    private static readonly (string Key, object[] Neutral)[] s_refused =
    [
        ("attention.causal", [true]),
        ("attention.max_alibi_bias", [0.0]),
        ("attention.clamp_kqv", [0.0]),
        ("attention.output_scale", [0.0, 1.0]),
        ("attention.temperature_length", [0.0]),
        ("attention.temperature_scale", [0.0]),
        ("attention.scale", [0.0]),
        ("attention.q_lora_rank", [0.0]),
        ("attention.kv_lora_rank", [0.0]),
        ("attention.shared_kv_layers", [0.0]),
        ("attn_logit_softcapping", [0.0]),
        ("final_logit_softcapping", [0.0]),
        ("router_logit_softcapping", [0.0]),
        ("embedding_scale", [0.0, 1.0]),
        ("residual_scale", [0.0, 1.0]),
        ("logit_scale", [0.0, 1.0]),
        ("use_parallel_residual", [false]),
        ("swin_norm", [false]),
        ("rescale_every_n_layers", [0.0]),
        ("hidden_activation", ["silu", "swish"]),
        ("rope.freq_base_swa", []),
        ("rope.dimension_sections", []),
        ("rope.scaling.alpha", [0.0, 1.0]),
        ("rope.scaling.yarn_ext_factor", [0.0, 1.0, -1.0]),
        ("granite.rope.scaling.finetuned", [true]), // rotation on or off; elsewhere how the model was trained
    ];

    // They say nothing about the computation.
    private static readonly string[] s_harmless =
    [
        "tensor_data_layout", "pooling_type", "rope.scaling.finetuned", "rope.scaling.original_context_length",
        "expert_used_count", "expert_feed_forward_length", "expert_weights_scale", "expert_weights_norm", "expert_gating_func",
    ];

    // After the configuration was read.
    public static void Check(GgufMetadata metadata, string architecture)
    {
        string prefix = $"{architecture}.";
        List<string> unknown = [];
        foreach (string key in metadata.Unread(prefix))
        {
            string name = key[prefix.Length..];
            if (Array.Find(s_refused, refused => refused.Key == name || refused.Key == key) is { Key: not null } refused)
            {
                if (!IsNeutral(metadata.Values[key], refused.Neutral))
                    throw metadata.Error(key, Expected(refused.Neutral), GgufMetadata.Words(metadata.Values[key]));
            }
            else if (!s_harmless.Contains(name))
            {
                unknown.Add(key);
            }
        }

        if (unknown.Count > 0) metadata.Warn(Words(unknown), "not known here, so left out");
    }

    private static bool IsNeutral(object value, object[] neutral) => value switch
    {
        bool or string => neutral.Contains(value),
        Array array => array.Cast<object>().All(element => IsNeutral(element, neutral)),
        _ => neutral.Contains(Convert.ToDouble(value, CultureInfo.InvariantCulture)),
    };

    private static string Expected(object[] neutral) => neutral.Length == 0
        ? "no such key (not supported)"
        : $"{Convert.ToString(neutral[^1], CultureInfo.InvariantCulture)} (anything else is not supported)";

    private static string Words(List<string> keys) =>
        string.Join(", ", keys.Take(ShownKeys)) + (keys.Count > ShownKeys ? $", … {keys.Count} in all" : "");
}
