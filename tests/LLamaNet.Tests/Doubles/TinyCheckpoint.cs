using LLamaNet.Checkpoints;
using LLamaNet.Tensors;
using LLamaNet.Tokenization;

namespace LLamaNet.Tests.Doubles;

// TinyModel's weights as a checkpoint of any pairing, to be converted.
internal sealed class TinyCheckpoint(LlamaConfig config, RotaryPairing pairing, params MatrixSource[] replaced) : Checkpoint("tiny")
{
    public override string Container => "test";

    public override RotaryPairing Pairing => pairing;

    public override IReadOnlyDictionary<string, MatrixSource> Tensors { get; } = TensorShape.Of(config).ToDictionary(
        shape => shape.Name,
        shape => replaced.FirstOrDefault(tensor => tensor.Name == shape.Name) ?? ArrayMatrix.Random(shape.Name, shape.Rows, shape.Width));

    public override string? ChatTemplate => "{{ messages }}";

    public override LlamaConfig ReadConfig() => config;

    public override TokenizerVocabulary ReadVocabulary() => TinyModel.Vocabulary;

    public override CheckpointSummary Summarize() => throw new NotSupportedException();

    public override void Dispose()
    {
    }
}
