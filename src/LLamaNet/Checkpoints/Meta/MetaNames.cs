namespace LLamaNet.Checkpoints.Meta;

// The names of Meta's own model code. rope.freqs, which some files hold, is computed instead.
internal static class MetaNames
{
    public static TensorNameMap Map { get; } = new(
        [
            ("tok_embeddings.weight", TensorNames.Embedding),
            ("norm.weight", TensorNames.OutputNorm),
            ("output.weight", TensorNames.Output),
        ],
        "layers.",
        [
            ("attention_norm.weight", TensorNames.AttentionNorm),
            ("attention.wq.weight", TensorNames.Query),
            ("attention.wk.weight", TensorNames.Key),
            ("attention.wv.weight", TensorNames.Value),
            ("attention.wo.weight", TensorNames.AttentionOutput),
            ("ffn_norm.weight", TensorNames.FfnNorm),
            ("feed_forward.w1.weight", TensorNames.Gate),
            ("feed_forward.w2.weight", TensorNames.Down),
            ("feed_forward.w3.weight", TensorNames.Up),
        ]);
}
