namespace LLamaNet;

/// <summary>Wall-clock times of a generation.</summary>
/// <param name="Queued">From the call to the first step.</param>
/// <param name="Prefill">From the first step to the first generated token.</param>
/// <param name="Decode">From the first generated token to the last.</param>
public readonly record struct GenerationTimings(TimeSpan Queued, TimeSpan Prefill, TimeSpan Decode);
