namespace LLamaNet.Engine;

// ContextLength: tokens of one sequence. MaxSequences: in one batch. PrefillChunk: prompt tokens of all sequences in one step.
internal readonly record struct SchedulerLimits(int ContextLength, int MaxSequences, int PrefillChunk);
