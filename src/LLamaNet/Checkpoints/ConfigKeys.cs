namespace LLamaNet.Checkpoints;

// What a container calls the hyper-parameters, for messages.
internal sealed record ConfigKeys(
    string Width,
    string Layers,
    string Heads,
    string KvHeads,
    string HeadDim,
    string FfnWidth,
    string VocabularySize,
    string ContextLength,
    string RmsNormEpsilon,
    string RopeTheta,
    string RopeScaling);
