using LLamaNet.Checkpoints.Gguf;
using LLamaNet.Tokenization;

namespace LLamaNet.Checkpoints;

// Finds out what a path holds and opens it.
internal static class CheckpointReader
{
    public static Checkpoint Open(string path)
    {
        CheckpointLocation location = CheckpointLocation.Of(path);
        return location.Kind switch
        {
            CheckpointKind.Gguf => GgufCheckpoint.Open(location.Path),
            _ => throw location.Unknown(),
        };
    }

    // The stream holds a GGUF file; the checkpoint owns it.
    public static Checkpoint Open(Stream stream, string name) => GgufCheckpoint.Open(stream, name);

    public static CheckpointSummary Inspect(string path)
    {
        CheckpointLocation location = CheckpointLocation.Of(path);
        switch (location.Kind)
        {
            case CheckpointKind.Gguf:
                return GgufCheckpoint.Inspect(location.Path);
            default:
                throw location.Unknown();
        }
    }

    public static LlamaTokenizer ReadTokenizer(string path)
    {
        CheckpointLocation location = CheckpointLocation.Of(path);
        TokenizerVocabulary vocabulary = location.Kind switch
        {
            CheckpointKind.Gguf => GgufCheckpoint.ReadVocabulary(location.Path),
            CheckpointKind.Other when !Directory.Exists(path) => TokenizerFile.Read(path),
            _ => throw location.Unknown("a tokenizer"),
        };
        return TokenizerFactory.Create(vocabulary, location.Path);
    }
}
