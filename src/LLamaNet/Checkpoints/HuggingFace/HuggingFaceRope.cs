using System.Text.Json;
using LLamaNet.Architectures;
using LLamaNet.StrictJson;

namespace LLamaNet.Checkpoints.HuggingFace;

// The rotation of heads. transformers 5 has everything in rope_parameters; before, rope_theta stood at the top and the rest in
// rope_scaling, its kind under "rope_type" or, earlier, "type". A file with both scales as rope_scaling says, as transformers
// does. Formulas: transformers' modeling_rope_utils.
internal static class HuggingFaceRope
{
    private const string Original = "original_max_position_embeddings";
    private const string Partial = "partial_rotary_factor";

    // RopeDim: null for whole heads.
    public static (float Theta, int? RopeDim, RopeScaling Scaling) Read(
        JsonSection json, int context, int headDim, Architecture architecture)
    {
        JsonSection? parameters = json.OptionalSection("rope_parameters"), rope = json.OptionalSection("rope_scaling");
        if (rope is null || rope.IsEmpty) rope = parameters;
        float theta = rope?.OptionalNumber("rope_theta") ?? parameters?.OptionalNumber("rope_theta")
            ?? json.OptionalNumber("rope_theta") ?? architecture.DefaultRopeTheta;
        int? ropeDim = null;
        foreach (JsonSection? section in (JsonSection?[])[json, parameters, rope])
        {
            if (section?.OptionalNumber(Partial) is not { } part || part == 1f) continue;
            if (!architecture.RotatesPart) throw section.Wrong(Partial, "1, as this architecture rotates whole heads");
            long rotated = (long)(headDim * section.Find(Partial)!.Value.GetDouble());
            ropeDim = ConfigLimits.RopeDim(json.Path, section.Place(Partial), rotated, headDim);
        }

        return (theta, ropeDim, rope is null ? RopeScaling.None : ReadScaling(json, rope, context, (ropeDim ?? headDim) / 2));
    }

    private static RopeScaling ReadScaling(JsonSection json, JsonSection rope, int context, int pairs)
    {
        string key = rope.Has("rope_type") ? "rope_type" : "type";
        return rope.OptionalText(key) switch
        {
            "default" => RopeScaling.None,
            null when rope.Has("factor") => throw rope.Wrong("rope_type", "a rope type beside factor"),
            null when rope.Element.EnumerateObject().Any(part => part.Value.ValueKind == JsonValueKind.Object) =>
                throw rope.Wrong("rope_type", "one rope type for all layers"),
            null => RopeScaling.None,
            "linear" => new RopeScaling.Linear(rope.Positive("factor")),
            "dynamic" => new RopeScaling.Dynamic(rope.Positive("factor"), OriginalContext(rope) ?? context),
            "yarn" => ReadYarn(rope, context),
            "llama3" => new RopeScaling.Llama3(
                rope.Positive("factor"),
                rope.Positive("low_freq_factor"),
                rope.Positive("high_freq_factor"),
                OriginalContext(rope) ?? throw rope.Wrong(Original, "a number of positions")),
            "longrope" or "su" => ReadLongRope(json, rope, context, pairs),
            _ => throw rope.Wrong(key, "default, linear, dynamic, yarn, llama3 or longrope"),
        };
    }

    private static RopeScaling.Yarn ReadYarn(JsonSection rope, int context)
    {
        // With truncate false the ramp's ends are not rounded to whole dimensions.
        if (rope.OptionalFlag("truncate") == false) throw rope.Wrong("truncate", "true");

        int original = OriginalContext(rope) ?? context;
        float factor = rope.Has("factor") ? rope.Positive("factor") : (float)context / original;
        float? attention = rope.Has("attention_factor") ? rope.Positive("attention_factor") : null;
        if (attention is null && NonZero(rope, "mscale") is { } mscale && NonZero(rope, "mscale_all_dim") is { } allDim)
            attention = AttentionScale(factor, mscale) / AttentionScale(factor, allDim);

        // 0.1 ln(factor) + 1 is meant for factors above 1 only.
        if (attention is null && factor <= 1) attention = 1f;
        return new RopeScaling.Yarn(
            factor, original, NonZero(rope, "beta_fast") ?? 32f, NonZero(rope, "beta_slow") ?? 1f, attention);
    }

    private static float AttentionScale(float factor, float mscale) =>
        factor <= 1 ? 1f : 0.1f * mscale * MathF.Log(factor) + 1f;

    // The original context may stand at the top, as the factor may be left to the two contexts.
    private static RopeScaling.LongRope ReadLongRope(JsonSection json, JsonSection rope, int context, int pairs)
    {
        int original = OriginalContext(rope) ?? OriginalContext(json) ?? throw rope.Wrong(Original, "a number of positions");
        double factor = rope.OptionalPositive("factor") ?? (double)context / original;
        double attention = factor <= 1 ? 1 : Math.Sqrt(1 + Math.Log(factor) / Math.Log(original));
        return new RopeScaling.LongRope(
            Factors("short_factor"), Factors("long_factor"), original,
            rope.OptionalPositive("attention_factor") ?? (float)attention);

        float[] Factors(string key) => rope.OptionalList(key, pairs, "numbers, one for each rotated pair", element =>
            element.ValueKind == JsonValueKind.Number && element.TryGetSingle(out float factor) ? factor : (float?)null)
            ?? throw rope.Wrong(key, $"{pairs} numbers, one for each rotated pair");
    }

    private static int? OriginalContext(JsonSection rope) => rope.OptionalInteger(Original) is { } original
        ? ConfigLimits.Count(rope.Path, rope.Place(Original), original)
        : null;

    // transformers reads 0 as absent here.
    private static float? NonZero(JsonSection section, string key) =>
        section.OptionalNumber(key) is { } value and not 0f ? value : null;
}
