namespace LLamaNet;

/// <summary>What a device reaches at most: measured on a CPU, computed from the clocks of a GPU.</summary>
/// <param name="BytesPerSecond">Bytes of memory read in a second.</param>
/// <param name="Int8OperationsPerSecond">Multiplications and additions of bytes in a second.</param>
/// <param name="F32OperationsPerSecond">Multiplications and additions of floats in a second.</param>
public sealed record TraceCeilings(double BytesPerSecond, double Int8OperationsPerSecond, double F32OperationsPerSecond);
