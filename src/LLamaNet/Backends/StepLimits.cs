namespace LLamaNet.Backends;

// The most that one step of a model asks of its device. MaxRows, MaxSegments: of the batch. MaxOutputs: rows with logits.
// MaxPositions: of a sequence. Products: all that a step makes.
internal sealed record StepLimits(
    int MaxRows, int MaxOutputs, int MaxSegments, int MaxPositions, AttentionShape Shape, IReadOnlyList<ProductShape> Products);
