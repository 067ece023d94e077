namespace LLamaNet.Backends;

// A product of a step, known before its weight is loaded. Types: of the weight's matrices, in order.
// HasNorm: a norm comes before it; HasSwiGlu: its outputs are gate | up, and SwiGLU comes behind. HasBias: of its weight.
internal sealed record ProductShape(
    IReadOnlyList<DType> Types, int Rows, int Width, bool HasNorm = false, bool HasSwiGlu = false, bool HasBias = false);
