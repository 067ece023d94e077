using LLamaNet.Architectures;
using LLamaNet.Architectures.Rope;
using LLamaNet.Checkpoints;
using LLamaNet.Tensors;
using LLamaNet.Tokenization.Vocabulary;

namespace LLamaNet.Tests.Doubles;

// TinyModel's weights as a checkpoint of any pairing, to be converted.
internal sealed class TinyCheckpoint : CheckpointFiles
{
    private readonly LlamaConfig _config;
    private readonly RopePairing _pairing;
    private readonly MatrixSource[] _replaced;

    private TinyCheckpoint(LlamaConfig config, RopePairing pairing, MatrixSource[] replaced)
        : base("tiny", new LoadWarnings())
    {
        _config = config;
        _replaced = replaced;
        _pairing = pairing;
    }

    public override string Container => "test";

    public override TensorNames Names => TensorNames.Gguf;

    public override IReadOnlyList<TensorSummary> Tensors => [];

    public static Checkpoint Of(LlamaConfig config, RopePairing pairing, params MatrixSource[] replaced) =>
        new(new TinyCheckpoint(config, pairing, replaced));

    public override Architecture ReadArchitecture() => Architecture.Llama;

    public override LlamaConfig ReadConfig() => _config;

    public override RopePairing PairingOf(Architecture architecture) => _pairing;

    public override MatrixSource TryOpen(StoredTensor tensor) =>
        _replaced.FirstOrDefault(matrix => matrix.Name == tensor.Name)
            ?? ArrayMatrix.Random(tensor.Name, tensor.Rows, tensor.Width);

    public override bool HasVocabulary => true;

    public override TokenizerVocabulary ReadVocabulary() => TinyModel.Vocabulary;

    public override string ReadChatTemplate() => "{{ messages }}";

    public override void Dispose()
    {
    }
}
