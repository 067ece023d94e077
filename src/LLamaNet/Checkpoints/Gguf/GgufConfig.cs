using System.Runtime.InteropServices;
using LLamaNet.Tensors;

namespace LLamaNet.Checkpoints.Gguf;

// The hyper-parameters of a LLaMA model in a GGUF file: llama.* keys and the optional tensor rope_freqs.weight.
internal static class GgufConfig
{
    public const string Architecture = "llama";
    public const string ModelKind = "model";

    private static readonly ConfigKeys s_keys = new(
        GgufKeys.Width, GgufKeys.Layers, GgufKeys.Heads, GgufKeys.KvHeads, GgufKeys.KeyLength, GgufKeys.FfnWidth,
        GgufKeys.VocabularySize, GgufKeys.ContextLength, GgufKeys.RmsNormEpsilon, GgufKeys.RopeTheta, "llama.rope.scaling");

    // tensors: all of the file, by name.
    public static LlamaConfig Read(string path, GgufMetadata metadata, IReadOnlyDictionary<string, GgufTensor> tensors)
    {
        CheckArchitecture(metadata);
        CheckUnsupported(path, metadata, tensors);
        int Count(string key, int most = ConfigLimits.MaxSize) => ConfigLimits.Count(
            path, key, metadata.FindInteger(key) ?? throw metadata.Missing(key, $"1 to {most}"), most);

        int width = Count(GgufKeys.Width), heads = Count(GgufKeys.Heads), contextLength = Count(GgufKeys.ContextLength);
        int headDim = HeadDim(path, metadata, width, heads);
        var config = new LlamaConfig
        {
            Width = width,
            Layers = Count(GgufKeys.Layers, ConfigLimits.MaxLayers),
            Heads = heads,
            KvHeads = metadata.Values.ContainsKey(GgufKeys.KvHeads) ? Count(GgufKeys.KvHeads) : heads,
            HeadDim = headDim,
            FfnWidth = Count(GgufKeys.FfnWidth),
            VocabularySize = VocabularySize(path, metadata, tensors),
            ContextLength = contextLength,
            RmsNormEpsilon = metadata.FindFloat(GgufKeys.RmsNormEpsilon)
                ?? throw metadata.Missing(GgufKeys.RmsNormEpsilon, "a float"),
            RopeTheta = metadata.FindFloat(GgufKeys.RopeTheta) ?? 10000,
            RopeScaling = Scaling(path, metadata, contextLength),
            TiedEmbeddings = tensors.ContainsKey(TensorNames.Embedding) && !tensors.ContainsKey(TensorNames.Output),
        };
        ConfigLimits.Check(path, config, s_keys);
        return tensors.TryGetValue(TensorNames.RopeFactors, out GgufTensor? factors)
            ? ConfigLimits.Check(path, config with { RopeScaling = WithFactors(metadata, config, factors) }, s_keys)
            : config;
    }

    // The keys that Read reads. Scaling by frequency factors, LLaMA 3.1's included, is RopeFactors' tensor instead.
    public static IEnumerable<KeyValuePair<string, object>> Write(LlamaConfig config)
    {
        yield return new(GgufKeys.VocabularySize, (uint)config.VocabularySize);
        yield return new(GgufKeys.ContextLength, (uint)config.ContextLength);
        yield return new(GgufKeys.Width, (uint)config.Width);
        yield return new(GgufKeys.Layers, (uint)config.Layers);
        yield return new(GgufKeys.FfnWidth, (uint)config.FfnWidth);
        yield return new(GgufKeys.Heads, (uint)config.Heads);
        yield return new(GgufKeys.KvHeads, (uint)config.KvHeads);
        yield return new(GgufKeys.KeyLength, (uint)config.HeadDim);
        yield return new(GgufKeys.ValueLength, (uint)config.HeadDim);
        yield return new(GgufKeys.RmsNormEpsilon, config.RmsNormEpsilon);
        yield return new(GgufKeys.RopeDimensions, (uint)config.HeadDim);
        yield return new(GgufKeys.RopeTheta, config.RopeTheta);
        switch (config.RopeScaling)
        {
            case RopeScaling.Linear linear:
                yield return new(GgufKeys.ScalingType, "linear");
                yield return new(GgufKeys.ScalingFactor, linear.Factor);
                break;
            case RopeScaling.Yarn yarn:
                yield return new(GgufKeys.ScalingType, "yarn");
                yield return new(GgufKeys.ScalingFactor, yarn.Factor);
                yield return new(GgufKeys.ScalingContext, (uint)yarn.OriginalContextLength);
                yield return new(GgufKeys.YarnBetaFast, yarn.BetaFast);
                yield return new(GgufKeys.YarnBetaSlow, yarn.BetaSlow);
                if (yarn.AttentionFactor is { } attention)
                    yield return new(GgufKeys.ScalingAttentionFactor, (float)(attention / ComputedYarnAttention(yarn.Factor)));
                break;
        }
    }

    private static void CheckArchitecture(GgufMetadata metadata)
    {
        string architecture = metadata.FindString(GgufKeys.Architecture)
            ?? throw metadata.Missing(GgufKeys.Architecture, Architecture);
        if (architecture != Architecture) throw metadata.Error(GgufKeys.Architecture, Architecture, architecture);
        if (metadata.FindString(GgufKeys.Kind) is { } kind and not ModelKind)
            throw metadata.Error(GgufKeys.Kind, ModelKind, kind);
    }

    private static void CheckUnsupported(string path, GgufMetadata metadata, IReadOnlyDictionary<string, GgufTensor> tensors)
    {
        if (metadata.FindInteger(GgufKeys.Experts) is { } experts and not 0)
            throw metadata.Error(GgufKeys.Experts, "0, a model without experts", $"{experts}");
        if (tensors.Keys.FirstOrDefault(name => name.EndsWith(".bias", StringComparison.Ordinal)) is { } bias)
            throw new ModelFormatException(path, bias, "a model without biases", "a bias");
    }

    private static int HeadDim(string path, GgufMetadata metadata, int width, int heads)
    {
        int headDim = metadata.FindInteger(GgufKeys.KeyLength) is { } keyLength
            ? ConfigLimits.Count(path, GgufKeys.KeyLength, keyLength, ConfigLimits.MaxHeadDim)
            : width % heads == 0
                ? ConfigLimits.Count(path, $"{GgufKeys.Width} / {GgufKeys.Heads}", width / heads, ConfigLimits.MaxHeadDim)
                : throw metadata.Error(GgufKeys.Heads, $"a divisor of {GgufKeys.Width} ({width})", $"{heads}");
        foreach (string key in (string[])[GgufKeys.ValueLength, GgufKeys.RopeDimensions])
        {
            if (metadata.FindInteger(key) is { } length && length != headDim)
                throw metadata.Error(key, $"{headDim}, the width of a head", $"{length}");
        }

        return headDim;
    }

    private static int VocabularySize(string path, GgufMetadata metadata, IReadOnlyDictionary<string, GgufTensor> tensors)
    {
        int? tokens = metadata.FindArray<string>(GgufKeys.Tokens)?.Length;
        long size = metadata.FindInteger(GgufKeys.VocabularySize) ?? tokens
            ?? (tensors.TryGetValue(TensorNames.Embedding, out GgufTensor? embedding) && embedding.Shape.Count > 1
                ? embedding.Shape[1]
                : throw metadata.Missing(GgufKeys.VocabularySize, "the number of tokens"));
        if (tokens > size)
            throw metadata.Error(GgufKeys.Tokens, $"at most {size} tokens, the size of the vocabulary", $"{tokens}");
        return ConfigLimits.Count(path, GgufKeys.VocabularySize, size);
    }

    private static RopeScaling Scaling(string path, GgufMetadata metadata, int contextLength)
    {
        float? factor = metadata.FindFloat(GgufKeys.ScalingFactor) ?? metadata.FindFloat(GgufKeys.ScalingFactorOf2023);
        // llama.cpp takes a factor without a type for a linear one, and 0 for none.
        string type = metadata.FindString(GgufKeys.ScalingType) ?? (factor is null or 0 ? "none" : "linear");
        float Factor() => factor ?? throw metadata.Missing(GgufKeys.ScalingFactor, "a float");
        return type switch
        {
            "none" => RopeScaling.None,
            "linear" => Factor() == 1 ? RopeScaling.None : new RopeScaling.Linear(Factor()),
            "yarn" => Yarn(path, metadata, Factor(), contextLength),
            _ => throw metadata.Error(GgufKeys.ScalingType, "none, linear or yarn", type),
        };
    }

    private static RopeScaling.Yarn Yarn(string path, GgufMetadata metadata, float factor, int contextLength)
    {
        if (metadata.FindFloat(GgufKeys.YarnExtrapolationFactor) is { } extrapolation and not 1)
            throw metadata.Error(GgufKeys.YarnExtrapolationFactor, "1", $"{extrapolation}");
        if (metadata.FindFloat(GgufKeys.YarnLogMultiplier) is { } multiplier and not 0)
            throw metadata.Error(GgufKeys.YarnLogMultiplier, "0", $"{multiplier}");
        long original = metadata.FindInteger(GgufKeys.ScalingContext) ?? contextLength;
        return new RopeScaling.Yarn(
            factor,
            ConfigLimits.Count(path, GgufKeys.ScalingContext, original),
            metadata.FindFloat(GgufKeys.YarnBetaFast) ?? 32,
            metadata.FindFloat(GgufKeys.YarnBetaSlow) ?? 1,
            YarnAttention(metadata, factor));
    }

    // Both keys multiply what YaRN computes from the factor.
    private static float? YarnAttention(GgufMetadata metadata, float factor)
    {
        float extra = metadata.FindFloat(GgufKeys.ScalingAttentionFactor) ?? 1;
        extra *= metadata.FindFloat(GgufKeys.YarnAttentionFactor) ?? 1;
        return extra == 1 ? null : (float)(extra * ComputedYarnAttention(factor));
    }

    private static double ComputedYarnAttention(float factor) => factor <= 1 ? 1 : 0.1 * Math.Log(factor) + 1;

    private static RopeScaling.FrequencyFactors WithFactors(GgufMetadata metadata, LlamaConfig config, GgufTensor tensor)
    {
        MatrixSource source = tensor.ToMatrix();
        if (source.Type != DType.F32 || source.Rows != 1 || source.Width != config.HeadDim / 2)
        {
            string found = $"{source.Rows} rows of {source.Width} of type {source.Type}";
            throw metadata.Error(tensor.Name, $"{config.HeadDim / 2} values of type F32", found);
        }

        float[] factors = new float[source.Width];
        source.ReadRows(0, 1, MemoryMarshal.AsBytes(factors.AsSpan()));
        return config.RopeScaling switch
        {
            RopeScaling.Default => new(factors),
            RopeScaling.Linear linear => new([.. factors.Select(factor => factor * linear.Factor)]),
            _ => throw metadata.Error(GgufKeys.ScalingType, $"none or linear beside {tensor.Name}", "yarn"),
        };
    }
}
