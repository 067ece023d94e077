namespace LLamaNet.PtxInterpreter.Execution;

/// <summary>A copy from global to shared memory under way.</summary>
/// <param name="Present">Bytes that are read; the rest of <paramref name="Bytes"/> becomes zero.</param>
internal readonly record struct AsyncCopy(int Lane, int Group, uint Shared, ulong Global, int Bytes, int Present);
