using System.Diagnostics;
using LLamaNet.Architectures;
using LLamaNet.Architectures.Rope;
using LLamaNet.Tensors;
using LLamaNet.Tokenization;
using LLamaNet.Tokenization.Vocabulary;

namespace LLamaNet.Checkpoints;

// A model in a checkpoint of any container. Everything that can be checked without reading weights was checked when it was
// opened.
[DebuggerDisplay("{Container,nq}: {Path,nq}")]
internal sealed class Checkpoint : IDisposable
{
    private readonly CheckpointFiles _files;

    // Owns the files, also when it throws.
    public Checkpoint(CheckpointFiles files)
    {
        _files = files;
        try
        {
            Architecture = CheckpointPart.Read(files.ReadArchitecture);
            Config = CheckpointPart.Read(files.ReadConfig);
            Tensors = CheckpointTensors.Match(files, Config, Architecture);
            GenerationDefaults = CheckpointPart.Read(files.ReadGenerationDefaults);
            ChatTemplate = CheckpointPart.Read(files.ReadChatTemplate);
        }
        catch
        {
            files.Dispose();
            throw;
        }
    }

    public string Path => _files.Path;

    public string Container => _files.Container;

    public string Name => _files.Name;

    public Architecture Architecture { get; }

    public LlamaConfig Config { get; }

    public RopePairing Pairing => _files.PairingOf(Architecture);

    // All tensors of the model, each in its shape. Vectors are one row.
    public IReadOnlyDictionary<TensorId, MatrixSource> Tensors { get; }

    public GenerationDefaults GenerationDefaults { get; }

    public string? ChatTemplate { get; }

    // Of what was read so far.
    public LoadWarnings Warnings => _files.Warnings;

    // A summary of the files, whether they hold a model or not. Closes them.
    public static CheckpointSummary Inspect(CheckpointFiles files)
    {
        using (files)
        {
            LlamaConfig? config = null;
            string? problem = null;
            try
            {
                config = CheckpointPart.Read(files.ReadConfig);
            }
            catch (ModelFormatException exception)
            {
                problem = exception.Message;
            }

            return new CheckpointSummary(
                files.Path, files.Container, config, problem, files.DescribeTokenizer(), files.Tensors, files.Metadata,
                files.Warnings.All);
        }
    }

    public bool HasVocabulary => _files.HasVocabulary;

    // What the tokenizer's files say. Throws ModelFormatException when there is no tokenizer or it is broken.
    public TokenizerVocabulary ReadVocabulary() => CheckpointPart.Read(_files.ReadVocabulary);

    public ModelTokenizer ReadTokenizer() => TokenizerFactory.Create(ReadVocabulary(), Path);

    public void Dispose() => _files.Dispose();
}
