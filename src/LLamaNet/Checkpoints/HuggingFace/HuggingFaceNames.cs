namespace LLamaNet.Checkpoints.HuggingFace;

// The names of transformers' LlamaForCausalLM.
internal static class HuggingFaceNames
{
    public static TensorNameMap Map { get; } = new(
        [
            ("model.embed_tokens.weight", TensorNames.Embedding),
            ("model.norm.weight", TensorNames.OutputNorm),
            ("lm_head.weight", TensorNames.Output),
        ],
        "model.layers.",
        [
            ("input_layernorm.weight", TensorNames.AttentionNorm),
            ("self_attn.q_proj.weight", TensorNames.Query),
            ("self_attn.k_proj.weight", TensorNames.Key),
            ("self_attn.v_proj.weight", TensorNames.Value),
            ("self_attn.o_proj.weight", TensorNames.AttentionOutput),
            ("post_attention_layernorm.weight", TensorNames.FfnNorm),
            ("mlp.gate_proj.weight", TensorNames.Gate),
            ("mlp.up_proj.weight", TensorNames.Up),
            ("mlp.down_proj.weight", TensorNames.Down),
        ]);
}
