using LLamaNet.Backends;
using LLamaNet.Tensors;

namespace LLamaNet.Models;

// What a model was asked to hold, with the defaults filled in.
// PrefillChunk, BatchTokens and OutputRows bound one step: tokens of prompts, tokens computed, and rows with logits.
internal sealed record ModelLimits(int ContextLength, DType KvCacheType, int KvCacheTokens, int MaxSequences, int PrefillChunk, int OutputRows)
{
    private const int DefaultContextLength = 4096;

    // Logits of one step take at most this, unless MaxSequences rows need more.
    private const int LogitsBytes = 64 << 20;

    // Throws ArgumentOutOfRangeException, naming the option, for values that make no sense.
    // defaults, kvTypes: what the device takes when the options leave it open, and what it can keep keys and values in.
    public static ModelLimits For(
        LlamaConfig config, ModelOptions options, bool quantized, DeviceDefaults defaults, IReadOnlyList<DType> kvTypes)
    {
        Check(options.ContextLength, 1, 1 << 24, nameof(options.ContextLength));
        Check(options.KvCacheTokens, 1, 1 << 28, nameof(options.KvCacheTokens));
        Check(options.MaxSequences, 1, 4096, nameof(options.MaxSequences));
        Check(options.PrefillChunk, 1, 1 << 16, nameof(options.PrefillChunk));
        Check(options.Threads, 1, 1024, nameof(options.Threads));
        DType kvType = options.KvCacheType ?? (quantized || defaults.HalfKvCache ? DType.F16 : DType.F32);
        if (!kvTypes.Contains(kvType))
            throw new ArgumentOutOfRangeException(nameof(options), kvType, $"{nameof(options.KvCacheType)} must be {string.Join(" or ", kvTypes)} on this device.");
        if (config.HeadDim % WeightFormat.Of(kvType).BlockLength != 0)
        {
            throw new ArgumentOutOfRangeException(
                nameof(options), $"{nameof(options.KvCacheType)} {kvType} needs heads of a multiple of {WeightFormat.Of(kvType).BlockLength}, found {config.HeadDim}.");
        }

        int context = options.ContextLength ?? Math.Min(config.ContextLength, DefaultContextLength);
        int chunk = options.PrefillChunk ?? defaults.PrefillChunk;
        int outputRows = Math.Clamp(LogitsBytes / sizeof(float) / config.VocabularySize, options.MaxSequences, chunk + options.MaxSequences);
        return new(context, kvType, Math.Max(options.KvCacheTokens ?? context, context), options.MaxSequences, chunk, outputRows);
    }

    public int BatchTokens => PrefillChunk + MaxSequences;

    public StepLimits Step(LlamaConfig config)
    {
        var shape = new AttentionShape(config.Heads, config.KvHeads, config.HeadDim);
        int width = Math.Max(Math.Max(config.Width, config.FfnWidth), shape.QueryWidth);
        return new StepLimits(BatchTokens, OutputRows, MaxSequences, ContextLength, shape, width, config.VocabularySize);
    }

    // deviceScratchBytes: what the device needs besides, for these steps.
    public MemoryPlan Plan(LlamaConfig config, long weightBytes, long deviceScratchBytes) => new(
        weightBytes,
        KvCache.Bytes(config, KvCacheType, KvCacheTokens),
        Activations.Bytes(config, Step(config).Shape, BatchTokens, OutputRows) + RopeTables.Bytes(config, ContextLength)
            + deviceScratchBytes);

    private static void Check(int? value, int least, int most, string option)
    {
        if (value < least || value > most)
            throw new ArgumentOutOfRangeException(option, value, $"{option} must be {least} to {most}.");
    }
}
