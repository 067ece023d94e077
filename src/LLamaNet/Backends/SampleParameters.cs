using System.Runtime.InteropServices;

namespace LLamaNet.Backends;

// How a token is drawn from one row of logits, in the order of the host's chain: temperature (0: the likeliest token), the
// TopK likeliest (0: all), the fewest that reach TopP, those at least MinP times as likely as the likeliest; then the draw
// number Index of Seed. Only ids below Vocabulary can be drawn. Laid out as kernels read it: 40 bytes.
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct SampleParameters(
    ulong Seed, ulong Index, float Temperature, float TopP, float MinP, int TopK, int Vocabulary);
