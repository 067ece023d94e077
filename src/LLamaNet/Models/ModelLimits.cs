using LLamaNet.Backends;
using LLamaNet.Tensors;

namespace LLamaNet.Models;

// What a model was asked to hold, with the defaults filled in.
// PrefillChunk, MaxRows and MaxOutputs bound one step: tokens of prompts, tokens computed, and rows with logits.
internal sealed record ModelLimits(
    int ContextLength, DType KvCacheType, int KvCacheTokens, int MaxSequences, int PrefillChunk, int MaxOutputs)
{
    private const int DefaultContextLength = 4096;

    // Logits of one step take at most this, unless MaxSequences rows need more.
    private const int LogitsBytes = 64 << 20;

    // Throws ArgumentOutOfRangeException, naming the option, for values out of range.
    // device: what options leave open is its choice. isQuantized: the bulk of the weights.
    public static ModelLimits For(LlamaConfig config, ModelOptions options, bool isQuantized, DeviceProvider device)
    {
        Check(options.ContextLength, 1, 1 << 24, nameof(options.ContextLength));
        Check(options.KvCacheTokens, 1, 1 << 28, nameof(options.KvCacheTokens));
        Check(options.MaxSequences, 1, 4096, nameof(options.MaxSequences));
        Check(options.PrefillChunk, 1, 1 << 16, nameof(options.PrefillChunk));
        Check(options.Threads, 1, 1024, nameof(options.Threads));
        DType kvType = options.KvCacheType ?? (isQuantized ? DType.F16 : device.FloatKvCacheType);
        if (!device.KvCacheTypes.Contains(kvType))
        {
            throw new ArgumentOutOfRangeException(
                nameof(options), kvType,
                $"{nameof(options.KvCacheType)} must be {string.Join(" or ", device.KvCacheTypes)} on this device.");
        }

        if (config.HeadDim % WeightFormat.Of(kvType).BlockLength != 0)
        {
            throw new ArgumentOutOfRangeException(
                nameof(options),
                $"{nameof(options.KvCacheType)} {kvType} needs heads of a multiple of {WeightFormat.Of(kvType).BlockLength}, "
                    + $"found {config.HeadDim}.");
        }

        int context = options.ContextLength ?? Math.Min(config.ContextLength, DefaultContextLength);
        int chunk = options.PrefillChunk ?? device.PrefillChunk;
        int maxOutputs = Math.Clamp(
            LogitsBytes / sizeof(float) / config.VocabularySize, options.MaxSequences, chunk + options.MaxSequences);
        return new(context, kvType, Math.Max(options.KvCacheTokens ?? context, context), options.MaxSequences, chunk, maxOutputs);
    }

    public int MaxRows => PrefillChunk + MaxSequences;

    // products: of the model's weights.
    public StepLimits Step(LlamaConfig config, IReadOnlyList<ProductShape> products) => new(
        MaxRows, MaxOutputs, MaxSequences, ContextLength, new AttentionShape(config.Heads, config.KvHeads, config.HeadDim),
        products);

    // scratchBytes: the device's own, for these steps.
    public MemoryPlan Plan(LlamaConfig config, DeviceKind device, StepLimits step, long weightBytes, long scratchBytes) => new(
        weightBytes,
        KvCache.Bytes(config, KvCacheType, KvCacheTokens),
        Activations.Bytes(config, step) + RopeTables.Bytes(config, ContextLength) + scratchBytes)
    {
        Device = device,
        ContextLength = ContextLength,
        KvCacheType = KvCacheType,
    };

    private static void Check(int? value, int min, int max, string option)
    {
        if (value < min || value > max)
            throw new ArgumentOutOfRangeException(option, value, $"{option} must be {min} to {max}.");
    }
}
