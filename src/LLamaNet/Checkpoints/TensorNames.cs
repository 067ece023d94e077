namespace LLamaNet.Checkpoints;

// GGUF's names of a LLaMA model's tensors, used for every container.
internal static class TensorNames
{
    public const string Embedding = "token_embd.weight";
    public const string OutputNorm = "output_norm.weight";

    // Absent when the embedding is the output too.
    public const string Output = "output.weight";

    // One divisor for each rotary frequency; optional.
    public const string RopeFactors = "rope_freqs.weight";

    public static string AttentionNorm(int layer) => $"blk.{layer}.attn_norm.weight";

    public static string Query(int layer) => $"blk.{layer}.attn_q.weight";

    public static string Key(int layer) => $"blk.{layer}.attn_k.weight";

    public static string Value(int layer) => $"blk.{layer}.attn_v.weight";

    public static string AttentionOutput(int layer) => $"blk.{layer}.attn_output.weight";

    public static string FfnNorm(int layer) => $"blk.{layer}.ffn_norm.weight";

    public static string Gate(int layer) => $"blk.{layer}.ffn_gate.weight";

    public static string Up(int layer) => $"blk.{layer}.ffn_up.weight";

    public static string Down(int layer) => $"blk.{layer}.ffn_down.weight";
}
