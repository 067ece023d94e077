using System.Text.Json;

namespace LLamaNet.Checkpoints.HuggingFace;

// Rotary settings. transformers 5 has everything in rope_parameters; before, rope_theta stood at the top and the rest in
// rope_scaling, its kind under "rope_type" or, earlier, "type". A file with both scales as rope_scaling says, as transformers
// does. Formulas: transformers' modeling_rope_utils.
internal static class HuggingFaceRope
{
    private const string Original = "original_max_position_embeddings";

    public static (float Theta, RopeScaling Scaling) Read(JsonSection json, int context)
    {
        JsonSection? parameters = json.OptionalSection("rope_parameters"), rope = json.OptionalSection("rope_scaling");
        if (rope is null || rope.IsEmpty) rope = parameters;
        float theta = rope?.OptionalNumber("rope_theta") ?? parameters?.OptionalNumber("rope_theta")
            ?? json.OptionalNumber("rope_theta") ?? 10000f;
        RefusePartial(json);
        if (rope is null) return (theta, RopeScaling.None);

        RefusePartial(rope);
        return (theta, ReadScaling(rope, context));
    }

    private static RopeScaling ReadScaling(JsonSection rope, int context)
    {
        string key = rope.Has("rope_type") ? "rope_type" : "type";
        return rope.OptionalText(key) switch
        {
            "default" => RopeScaling.None,
            null when rope.Has("factor") => throw rope.Wrong("rope_type", "a rope type beside factor"),
            null when rope.Element.EnumerateObject().Any(part => part.Value.ValueKind == JsonValueKind.Object) =>
                throw rope.Wrong("rope_type", "one rope type for all layers"),
            null => RopeScaling.None,
            "linear" => new RopeScaling.Linear(Positive(rope, "factor")),
            "dynamic" => new RopeScaling.Dynamic(Positive(rope, "factor"), OriginalContext(rope) ?? context),
            "yarn" => ReadYarn(rope, context),
            "llama3" => new RopeScaling.Llama3(
                Positive(rope, "factor"),
                Positive(rope, "low_freq_factor"),
                Positive(rope, "high_freq_factor"),
                OriginalContext(rope) ?? throw rope.Wrong(Original, "a number of positions")),
            _ => throw rope.Wrong(key, "default, linear, dynamic, yarn or llama3"),
        };
    }

    private static RopeScaling.Yarn ReadYarn(JsonSection rope, int context)
    {
        // With truncate false the ramp's ends are not rounded to whole dimensions.
        if (rope.OptionalFlag("truncate") == false) throw rope.Wrong("truncate", "true");

        int original = OriginalContext(rope) ?? context;
        float factor = rope.Has("factor") ? Positive(rope, "factor") : (float)context / original;
        float? attention = rope.Has("attention_factor") ? Positive(rope, "attention_factor") : null;
        if (attention is null && NonZero(rope, "mscale") is { } mscale && NonZero(rope, "mscale_all_dim") is { } allDim)
            attention = AttentionScale(factor, mscale) / AttentionScale(factor, allDim);

        // 0.1 ln(factor) + 1 is meant for factors above 1 only.
        if (attention is null && factor <= 1) attention = 1f;
        return new RopeScaling.Yarn(
            factor, original, NonZero(rope, "beta_fast") ?? 32f, NonZero(rope, "beta_slow") ?? 1f, attention);
    }

    private static float AttentionScale(float factor, float mscale) =>
        factor <= 1 ? 1f : 0.1f * mscale * MathF.Log(factor) + 1f;

    private static void RefusePartial(JsonSection section)
    {
        if (section.OptionalNumber("partial_rotary_factor") is { } part and not 1f)
            throw section.Wrong("partial_rotary_factor", "1 (rotating a part of each head is not supported)");
    }

    private static int? OriginalContext(JsonSection rope) => rope.OptionalInteger(Original) is { } original
        ? ConfigLimits.Count(rope.Path, rope.Place(Original), original)
        : null;

    private static float Positive(JsonSection section, string key) =>
        section.Number(key) is var value && value > 0 && float.IsFinite(value)
            ? value
            : throw section.Wrong(key, "a finite number above 0");

    // transformers reads 0 as absent here.
    private static float? NonZero(JsonSection section, string key) =>
        section.OptionalNumber(key) is { } value and not 0f ? value : null;
}
