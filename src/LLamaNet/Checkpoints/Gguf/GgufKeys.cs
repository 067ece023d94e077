namespace LLamaNet.Checkpoints.Gguf;

// Metadata keys of LLaMA models.
internal static class GgufKeys
{
    public const string Architecture = "general.architecture";
    public const string Kind = "general.type";
    public const string Name = "general.name";
    public const string FileType = "general.file_type";
    public const string QuantizationVersion = "general.quantization_version";
    public const string Alignment = "general.alignment";

    public const string VocabularySize = "llama.vocab_size";
    public const string ContextLength = "llama.context_length";
    public const string Width = "llama.embedding_length";
    public const string Layers = "llama.block_count";
    public const string FfnWidth = "llama.feed_forward_length";
    public const string Heads = "llama.attention.head_count";
    public const string KvHeads = "llama.attention.head_count_kv";
    public const string KeyLength = "llama.attention.key_length";
    public const string ValueLength = "llama.attention.value_length";
    public const string RmsNormEpsilon = "llama.attention.layer_norm_rms_epsilon";
    public const string Experts = "llama.expert_count";

    public const string RopeDimensions = "llama.rope.dimension_count";
    public const string RopeTheta = "llama.rope.freq_base";
    public const string ScalingType = "llama.rope.scaling.type";
    public const string ScalingFactor = "llama.rope.scaling.factor";
    public const string ScalingFactorOf2023 = "llama.rope.scale_linear";
    public const string ScalingContext = "llama.rope.scaling.original_context_length";
    public const string ScalingAttentionFactor = "llama.rope.scaling.attn_factor";
    public const string YarnExtrapolationFactor = "llama.rope.scaling.yarn_ext_factor";
    public const string YarnAttentionFactor = "llama.rope.scaling.yarn_attn_factor";
    public const string YarnBetaFast = "llama.rope.scaling.yarn_beta_fast";
    public const string YarnBetaSlow = "llama.rope.scaling.yarn_beta_slow";
    public const string YarnLogMultiplier = "llama.rope.scaling.yarn_log_multiplier";

    public const string TokenizerModel = "tokenizer.ggml.model";
    public const string TokenizerPre = "tokenizer.ggml.pre";
    public const string Tokens = "tokenizer.ggml.tokens";
    public const string Scores = "tokenizer.ggml.scores";
    public const string TokenTypes = "tokenizer.ggml.token_type";
    public const string Merges = "tokenizer.ggml.merges";
    public const string BosId = "tokenizer.ggml.bos_token_id";
    public const string EosId = "tokenizer.ggml.eos_token_id";
    public const string EotId = "tokenizer.ggml.eot_token_id";
    public const string EomId = "tokenizer.ggml.eom_token_id";
    public const string UnknownId = "tokenizer.ggml.unknown_token_id";
    public const string PaddingId = "tokenizer.ggml.padding_token_id";
    public const string AddBos = "tokenizer.ggml.add_bos_token";
    public const string AddEos = "tokenizer.ggml.add_eos_token";
    public const string AddSpacePrefix = "tokenizer.ggml.add_space_prefix";
    public const string ChatTemplate = "tokenizer.chat_template";

    public const string SplitNumber = "split.no";
    public const string SplitCount = "split.count";
    public const string SplitTensors = "split.tensors.count";
}
