namespace LLamaNet.Checkpoints;

// What generation_config.json recommends; null where it says nothing.
internal sealed record GenerationDefaults(
    float? Temperature = null, int? TopK = null, float? TopP = null, float? RepetitionPenalty = null)
{
    public static GenerationDefaults None { get; } = new();
}
