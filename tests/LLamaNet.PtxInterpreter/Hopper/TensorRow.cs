namespace LLamaNet.PtxInterpreter.Hopper;

/// <summary>A row of a box that a tensor map describes.</summary>
/// <param name="BoxOffset">Its first byte in the box.</param>
/// <param name="Address">Its first byte that is in the tensor.</param>
/// <param name="Skipped">Zero bytes before that.</param>
/// <param name="Present">Bytes that are in the tensor; zeros follow.</param>
internal readonly record struct TensorRow(int BoxOffset, ulong Address, int Skipped, int Present);
