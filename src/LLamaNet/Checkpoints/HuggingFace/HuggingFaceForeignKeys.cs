using LLamaNet.Architectures;
using LLamaNet.StrictJson;

namespace LLamaNet.Checkpoints.HuggingFace;

// Keys of config.json that change the computation and are not supported. One is refused by name, unless it is null or its
// value changes nothing. Those that transformers leaves out for an architecture are told.
internal static class HuggingFaceForeignKeys
{
    // With the values that change nothing, as JSON.
    private static readonly (string Key, string[] Neutral)[] s_refused =
    [
        ("add_cross_attention", ["false"]),
        ("alibi", ["false"]),
        ("attn_logit_softcapping", ["0", "0.0"]),
        ("clip_qkv", ["0", "0.0"]),
        ("dim_model_base", []),
        ("final_logit_softcapping", ["0", "0.0"]),
        ("hidden_activation", ["\"silu\"", "\"swish\""]),
        ("is_causal", ["true"]),
        ("is_encoder_decoder", ["false"]),
        ("n_routed_experts", ["0"]),
        ("num_experts", ["0"]),
        ("num_local_experts", ["0"]),
        ("parallel_attn", ["false"]),
        ("qk_layernorm", ["false"]),
        ("rope_interleave", ["false"]),
        ("rope_interleaved", ["false"]),
        ("rope_local_base_freq", []),
        ("scale_depth", ["1", "1.0"]),
        ("scale_emb", ["1", "1.0"]),
        ("use_alibi", ["false"]),
        ("use_bidirectional_attention", ["false"]),
        ("use_parallel_residual", ["false"]),
    ];

    // transformers reads them for granite alone.
    private static readonly string[] s_multipliers =
        ["attention_multiplier", "embedding_multiplier", "logits_scaling", "residual_multiplier"];

    public static void Check(JsonSection json, Architecture architecture, LoadWarnings warnings)
    {
        foreach ((string key, string[] neutral) in s_refused)
        {
            if (json.Find(key) is not { } value || neutral.Contains(value.GetRawText())) continue;
            throw json.Wrong(key, neutral.Length > 0 ? $"{neutral[0]} (anything else is not supported)" : "none (not supported)");
        }

        if (architecture.HasMultipliers) return;
        foreach (string key in s_multipliers.Where(json.Has))
            warnings.Add(json.Path, $"{key}: left out, as model_type is {architecture.Name}");
    }
}
