using System.Globalization;

namespace LLamaNet.Checkpoints;

// The hyper-parameters that make sense, the same for every container. Readers turn numbers into ints with Count, which
// refuses what does not fit, and pass the finished configuration through Check.
internal static class ConfigLimits
{
    public const int MaxSize = 1 << 24;
    public const int MaxLayers = 1024;
    public const int MaxHeadDim = 512;

    // A program's words for them.
    private static readonly ConfigKeys s_properties = new(
        Width: nameof(LlamaConfig.Width),
        Layers: nameof(LlamaConfig.Layers),
        Heads: nameof(LlamaConfig.Heads),
        KvHeads: nameof(LlamaConfig.KvHeads),
        HeadDim: nameof(LlamaConfig.HeadDim),
        FfnWidth: nameof(LlamaConfig.FfnWidth),
        VocabularySize: nameof(LlamaConfig.VocabularySize),
        ContextLength: nameof(LlamaConfig.ContextLength),
        RmsNormEpsilon: nameof(LlamaConfig.RmsNormEpsilon),
        RopeTheta: nameof(LlamaConfig.RopeTheta),
        RopeScaling: nameof(LlamaConfig.RopeScaling));

    // 1 to most.
    public static int Count(string path, string key, long value, int most = MaxSize) => value >= 1 && value <= most
        ? (int)value
        : throw new ModelFormatException(path, key, $"1 to {most}", value.ToString(CultureInfo.InvariantCulture));

    // The value itself.
    public static float Positive(string path, string key, float value) => value > 0 && float.IsFinite(value)
        ? value
        : throw new ModelFormatException(path, key, "a finite number above 0", Words(value));

    // The rotated elements of a head; null for all of them.
    public static int? RopeDim(string path, string key, long value, int headDim)
    {
        if (value < 2 || value > headDim || value % 2 != 0)
            throw new ModelFormatException(path, key, $"an even number from 2 to {headDim}", $"{value}");
        return value == headDim ? null : (int)value;
    }

    public static LlamaConfig Check(string path, LlamaConfig config, ConfigKeys keys)
    {
        Count(path, keys.Layers, config.Layers, MaxLayers);
        Count(path, keys.Width, config.Width);
        Count(path, keys.Heads, config.Heads);
        Count(path, keys.KvHeads, config.KvHeads);
        Count(path, keys.HeadDim, config.HeadDim, MaxHeadDim);
        Count(path, keys.FfnWidth, config.FfnWidth);
        Count(path, keys.VocabularySize, config.VocabularySize);
        Count(path, keys.ContextLength, config.ContextLength);
        if (config.HeadDim % 2 != 0)
            throw new ModelFormatException(path, keys.HeadDim, "an even number", $"{config.HeadDim}");
        string divisor = $"a divisor of {keys.Heads} ({config.Heads})";
        if (config.Heads % config.KvHeads != 0) throw new ModelFormatException(path, keys.KvHeads, divisor, $"{config.KvHeads}");
        Count(path, $"{keys.Heads} times {keys.HeadDim}", (long)config.Heads * config.HeadDim);
        Positive(path, keys.RmsNormEpsilon, config.RmsNormEpsilon);
        Positive(path, keys.RopeTheta, config.RopeTheta);
        CheckScaling(path, config, keys.RopeScaling);
        return config;
    }

    // For a shape that a program gives: the exception names the property.
    public static void CheckArgument(LlamaConfig config)
    {
        try
        {
            Check("config", config, s_properties);
            if (config.RopeDim is { } rotated) RopeDim("config", nameof(config.RopeDim), rotated, config.HeadDim);
            if (config.SlidingWindow is { } window) Count("config", nameof(config.SlidingWindow), window);
            Positive("config", nameof(config.EmbeddingMultiplier), config.EmbeddingMultiplier);
            Positive("config", nameof(config.AttentionMultiplier), config.AttentionMultiplier ?? 1);
            Positive("config", nameof(config.ResidualMultiplier), config.ResidualMultiplier);
            Positive("config", nameof(config.LogitsDivisor), config.LogitsDivisor);
        }
        catch (ModelFormatException exception)
        {
            throw new ArgumentOutOfRangeException(nameof(config), exception.Message);
        }
    }

    private static void CheckScaling(string path, LlamaConfig config, string key)
    {
        int pairs = (config.RopeDim ?? config.HeadDim) / 2;
        switch (config.RopeScaling)
        {
            case RopeScaling.Linear linear:
                Positive(path, key, linear.Factor);
                break;
            case RopeScaling.Dynamic dynamic:
                Positive(path, key, dynamic.Factor);
                Count(path, key, dynamic.OriginalContextLength);
                break;
            case RopeScaling.Llama3 llama3:
                Positive(path, key, llama3.Factor);
                Positive(path, key, llama3.LowFrequencyFactor);
                Positive(path, key, llama3.HighFrequencyFactor);
                Count(path, key, llama3.OriginalContextLength);
                if (llama3.HighFrequencyFactor <= llama3.LowFrequencyFactor)
                {
                    string low = $"a high frequency factor above the low one, {Words(llama3.LowFrequencyFactor)}";
                    throw new ModelFormatException(path, key, low, Words(llama3.HighFrequencyFactor));
                }

                break;
            case RopeScaling.Yarn yarn:
                Positive(path, key, yarn.Factor);
                Positive(path, key, yarn.BetaFast);
                Positive(path, key, yarn.BetaSlow);
                if (yarn.AttentionFactor is { } attention) Positive(path, key, attention);
                Count(path, key, yarn.OriginalContextLength);
                break;
            case RopeScaling.FrequencyFactors factors:
                CheckFactors(path, key, factors.Factors, pairs);
                break;
            case RopeScaling.LongRope longRope:
                CheckFactors(path, key, longRope.ShortFactors, pairs);
                CheckFactors(path, key, longRope.LongFactors, pairs);
                Positive(path, key, longRope.AttentionFactor);
                Count(path, key, longRope.OriginalContextLength);
                break;
        }
    }

    private static void CheckFactors(string path, string key, IReadOnlyList<float> factors, int pairs)
    {
        if (factors.Count != pairs)
            throw new ModelFormatException(path, key, $"{pairs} factors, one for each pair", $"{factors.Count}");
        foreach (float factor in factors) Positive(path, key, factor);
    }

    private static string Words(float value) => value.ToString(CultureInfo.InvariantCulture);
}
