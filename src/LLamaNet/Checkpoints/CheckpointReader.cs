using LLamaNet.Checkpoints.Gguf;
using LLamaNet.Checkpoints.HuggingFace;
using LLamaNet.Checkpoints.Meta;
using LLamaNet.Checkpoints.Torch;
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
            CheckpointKind.HuggingFace => HuggingFaceCheckpoint.Open(location.Path),
            CheckpointKind.Meta => MetaCheckpoint.Open(location.Path),
            CheckpointKind.Safetensors => throw new ModelFormatException(path, "folder", "config.json beside the tensors", "no such file"),
            CheckpointKind.Torch => throw new ModelFormatException(path, "folder", "params.json beside the tensors", "no such file"),
            _ => throw location.Unknown(),
        };
    }

    // The stream holds a GGUF file; the checkpoint owns it.
    public static Checkpoint Open(Stream stream, string name) => GgufCheckpoint.Open(stream, name);

    // What is there, whether it is a LLaMA model that can be opened or not.
    public static CheckpointSummary Inspect(string path)
    {
        CheckpointLocation location = CheckpointLocation.Of(path);
        return location.Kind switch
        {
            CheckpointKind.Gguf => GgufCheckpoint.Inspect(location.Path),
            CheckpointKind.HuggingFace => HuggingFaceCheckpoint.Inspect(location.Path),
            CheckpointKind.Meta => MetaCheckpoint.Inspect(location.Path),
            CheckpointKind.Safetensors => InspectSafetensors(location.Path),
            CheckpointKind.Torch => InspectTorch(location.Path),
            _ => throw location.Unknown(),
        };
    }

    // A checkpoint's, or that of a file or folder of a tokenizer alone.
    public static ModelTokenizer ReadTokenizer(string path)
    {
        CheckpointLocation location = CheckpointLocation.Of(path);
        TokenizerVocabulary vocabulary = location.Kind switch
        {
            CheckpointKind.Gguf => GgufCheckpoint.ReadVocabulary(location.Path),
            CheckpointKind.HuggingFace => HuggingFaceCheckpoint.ReadVocabulary(location.Path),
            CheckpointKind.Meta => MetaCheckpoint.ReadVocabulary(location.Path),
            CheckpointKind.Other when location.HasTokenizerFile => HuggingFaceCheckpoint.ReadVocabulary(location.Path),
            CheckpointKind.Other when !location.IsFolder => TokenizerFile.Read(CheckedFile.ReadAll(location.Path, TokenizerFile.MaxBytes), location.Path),
            _ => throw location.Unknown("a tokenizer"),
        };
        return TokenizerFactory.Create(vocabulary, location.Path);
    }

    private static CheckpointSummary InspectSafetensors(string path)
    {
        using SafetensorsFile file = SafetensorsFile.Open(path);
        return file.Summarize();
    }

    private static CheckpointSummary InspectTorch(string path)
    {
        using TorchFile file = TorchFile.Open(path);
        return file.Summarize();
    }
}
