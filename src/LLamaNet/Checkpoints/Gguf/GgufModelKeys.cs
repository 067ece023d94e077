namespace LLamaNet.Checkpoints.Gguf;

// The metadata keys of a model's hyper-parameters. Each begins with the name of the architecture.
internal sealed record GgufModelKeys(string Architecture)
{
    public string VocabularySize => $"{Architecture}.vocab_size";
    public string ContextLength => $"{Architecture}.context_length";
    public string Width => $"{Architecture}.embedding_length";
    public string Layers => $"{Architecture}.block_count";
    public string FfnWidth => $"{Architecture}.feed_forward_length";
    public string Heads => $"{Architecture}.attention.head_count";
    public string KvHeads => $"{Architecture}.attention.head_count_kv";
    public string KeyLength => $"{Architecture}.attention.key_length";
    public string ValueLength => $"{Architecture}.attention.value_length";
    public string RmsNormEpsilon => $"{Architecture}.attention.layer_norm_rms_epsilon";
    public string SlidingWindow => $"{Architecture}.attention.sliding_window";

    // One truth value a layer: whether it attends to the window only.
    public string SlidingWindowPattern => $"{Architecture}.attention.sliding_window_pattern";

    public string EmbeddingMultiplier => $"{Architecture}.embedding_scale";
    public string AttentionMultiplier => $"{Architecture}.attention.scale";
    public string ResidualMultiplier => $"{Architecture}.residual_scale";
    public string LogitsDivisor => $"{Architecture}.logit_scale";
    public string Experts => $"{Architecture}.expert_count";

    public string RopeDimensions => $"{Architecture}.rope.dimension_count";
    public string RopeTheta => $"{Architecture}.rope.freq_base";
    public string Scaling => $"{Architecture}.rope.scaling";
    public string ScalingType => $"{Scaling}.type";
    public string ScalingFactor => $"{Scaling}.factor";
    public string ScalingFactorOf2023 => $"{Architecture}.rope.scale_linear";
    public string ScalingContext => $"{Scaling}.original_context_length";
    public string ScalingAttentionFactor => $"{Scaling}.attn_factor";
    public string YarnExtrapolationFactor => $"{Scaling}.yarn_ext_factor";
    public string YarnAttentionFactor => $"{Scaling}.yarn_attn_factor";
    public string YarnBetaFast => $"{Scaling}.yarn_beta_fast";
    public string YarnBetaSlow => $"{Scaling}.yarn_beta_slow";
    public string YarnLogMultiplier => $"{Scaling}.yarn_log_multiplier";
}
