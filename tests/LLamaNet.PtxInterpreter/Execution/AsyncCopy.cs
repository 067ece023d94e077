namespace LLamaNet.PtxInterpreter.Execution;

// A copy from global to shared memory under way.
// Present: bytes that are read; the rest of Bytes becomes zero.
internal readonly record struct AsyncCopy(int Lane, int Group, uint Shared, ulong Global, int Bytes, int Present);
