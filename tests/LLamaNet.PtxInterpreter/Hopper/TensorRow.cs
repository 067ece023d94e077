namespace LLamaNet.PtxInterpreter.Hopper;

// A row of a box that a tensor map describes.
// BoxOffset: its first byte in the box.
// Address: its first byte that is in the tensor.
// Skipped: zero bytes before that.
// Present: bytes that are in the tensor; zeros follow.
internal readonly record struct TensorRow(int BoxOffset, ulong Address, int Skipped, int Present);
