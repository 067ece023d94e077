using System.Runtime.InteropServices;
using LLamaNet.Tensors;

namespace LLamaNet.Checkpoints.Gguf;

// The rotation of heads in a GGUF file: keys, and the optional tensors of RopeFactors.
internal sealed class GgufRope(
    string path, GgufMetadata metadata, IReadOnlyDictionary<string, GgufTensor> tensors, GgufModelKeys keys)
{
    // config: all but the scaling.
    public RopeScaling ReadScaling(LlamaConfig config)
    {
        int pairs = (config.RopeDim ?? config.HeadDim) / 2;
        if (tensors.ContainsKey(RopeFactors.Long) || tensors.ContainsKey(RopeFactors.Short)) return ReadLongRope(config, pairs);
        RopeScaling scaling = ReadKeys(config.ContextLength);
        return tensors.TryGetValue(RopeFactors.All, out GgufTensor? factors) ? WithFactors(scaling, factors, pairs) : scaling;
    }

    public static IEnumerable<KeyValuePair<string, object>> Write(GgufModelKeys keys, LlamaConfig config)
    {
        yield return new(keys.RopeDimensions, (uint)(config.RopeDim ?? config.HeadDim));
        yield return new(keys.RopeTheta, config.RopeTheta);
        switch (config.RopeScaling)
        {
            case RopeScaling.LongRope longRope:
                yield return new(keys.ScalingType, "longrope");
                yield return new(keys.ScalingContext, (uint)longRope.OriginalContextLength);
                yield return new(keys.ScalingAttentionFactor, longRope.AttentionFactor);
                break;
            case RopeScaling.Linear linear:
                yield return new(keys.ScalingType, "linear");
                yield return new(keys.ScalingFactor, linear.Factor);
                break;
            case RopeScaling.Yarn yarn:
                yield return new(keys.ScalingType, "yarn");
                yield return new(keys.ScalingFactor, yarn.Factor);
                yield return new(keys.ScalingContext, (uint)yarn.OriginalContextLength);
                yield return new(keys.YarnBetaFast, yarn.BetaFast);
                yield return new(keys.YarnBetaSlow, yarn.BetaSlow);
                if (yarn.AttentionFactor is { } attention)
                    yield return new(keys.ScalingAttentionFactor, (float)(attention / ComputedYarnAttention(yarn.Factor)));
                break;
        }
    }

    private RopeScaling.LongRope ReadLongRope(LlamaConfig config, int pairs)
    {
        if (metadata.FindString(keys.ScalingType) is { } type and not ("none" or "longrope"))
            throw metadata.Error(keys.ScalingType, $"longrope beside {RopeFactors.Long}", type);
        long original = metadata.FindInteger(keys.ScalingContext) ?? config.ContextLength;
        return new RopeScaling.LongRope(
            ReadFactors(Tensor(RopeFactors.Short), pairs), ReadFactors(Tensor(RopeFactors.Long), pairs),
            ConfigLimits.Count(path, keys.ScalingContext, original), metadata.FindFloat(keys.ScalingAttentionFactor) ?? 1);
    }

    private GgufTensor Tensor(string name) => tensors.TryGetValue(name, out GgufTensor? tensor)
        ? tensor
        : throw metadata.Error(name, $"a tensor, as {RopeFactors.Long} and {RopeFactors.Short} go together", "no such tensor");

    private RopeScaling ReadKeys(int contextLength)
    {
        float? factor = metadata.FindFloat(keys.ScalingFactor) ?? metadata.FindFloat(keys.ScalingFactorOf2023);
        // llama.cpp takes a factor without a type for a linear one, and 0 for none.
        string type = metadata.FindString(keys.ScalingType) ?? (factor is null or 0 ? "none" : "linear");
        if (type is "linear" or "yarn" && factor is null or 0)
        {
            metadata.Warn(keys.ScalingFactor, $"none beside {keys.ScalingType} {type}; 1 is taken");
            factor = 1;
        }

        RopeScaling scaling = type switch
        {
            "none" => RopeScaling.None,
            "linear" => factor == 1 ? RopeScaling.None : new RopeScaling.Linear(factor!.Value),
            "yarn" => ReadYarn(factor!.Value, contextLength),
            _ => throw metadata.Error(keys.ScalingType, "none, linear or yarn", type),
        };
        return type != "yarn" && metadata.FindFloat(keys.ScalingAttentionFactor) is { } attention and not (0 or 1)
            ? throw metadata.Error(keys.ScalingAttentionFactor, $"1 beside {keys.ScalingType} {type}", $"{attention}")
            : scaling;
    }

    private RopeScaling.Yarn ReadYarn(float factor, int contextLength)
    {
        if (metadata.FindFloat(keys.YarnExtrapolationFactor) is { } extrapolation and not 1)
            throw metadata.Error(keys.YarnExtrapolationFactor, "1", $"{extrapolation}");
        if (metadata.FindFloat(keys.YarnLogMultiplier) is { } multiplier and not 0)
            throw metadata.Error(keys.YarnLogMultiplier, "0", $"{multiplier}");
        long original = metadata.FindInteger(keys.ScalingContext) ?? contextLength;
        return new RopeScaling.Yarn(
            factor,
            ConfigLimits.Count(path, keys.ScalingContext, original),
            metadata.FindFloat(keys.YarnBetaFast) ?? 32,
            metadata.FindFloat(keys.YarnBetaSlow) ?? 1,
            YarnAttention(factor));
    }

    // Converters write config.json's attention_factor as yarn_attn_factor: it stands for what YaRN computes from the factor.
    // llama.cpp multiplies by attn_factor.
    private float? YarnAttention(float factor)
    {
        float extra = metadata.FindFloat(keys.ScalingAttentionFactor) ?? 1;
        float? own = metadata.FindFloat(keys.YarnAttentionFactor);
        return own is null && extra == 1 ? null : (float)(extra * (own ?? ComputedYarnAttention(factor)));
    }

    private static double ComputedYarnAttention(float factor) => factor <= 1 ? 1 : 0.1 * Math.Log(factor) + 1;

    private RopeScaling.FrequencyFactors WithFactors(RopeScaling scaling, GgufTensor tensor, int pairs)
    {
        float[] factors = ReadFactors(tensor, pairs);
        return scaling switch
        {
            RopeScaling.Default => new(factors),
            RopeScaling.Linear linear => new([.. factors.Select(factor => factor * linear.Factor)]),
            _ => throw metadata.Error(keys.ScalingType, $"none or linear beside {tensor.Name}", "yarn"),
        };
    }

    private float[] ReadFactors(GgufTensor tensor, int pairs)
    {
        MatrixSource source = tensor.ToMatrix();
        if (source.Type != DType.F32 || source.Rows != 1 || source.Width != pairs)
        {
            string found = $"{source.Rows} rows of {source.Width} of type {source.Type}";
            throw metadata.Error(tensor.Name, $"{pairs} values of type F32", found);
        }

        float[] factors = new float[pairs];
        source.ReadRows(0, 1, MemoryMarshal.AsBytes(factors.AsSpan()));
        return factors;
    }
}
