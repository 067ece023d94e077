using LLamaNet.Tokenization.Vocabulary;

namespace LLamaNet.Checkpoints.Gguf;

// One GGUF file, or all parts of a split one.
internal sealed class GgufContainer : CheckpointContainer
{
    public override string FolderContents => "one GGUF model";

    public override string? FindIn(string folder)
    {
        string[] models =
        [
            .. Directory.EnumerateFiles(folder)
                .Where(file => FindBy(file, FileStart.TryRead(file)) is not null)
                .GroupBy(file => GgufShards.FirstPart(file) ?? file)
                .Select(parts => parts.Min()!),
        ];
        return models.Length <= 1
            ? models.FirstOrDefault()
            : throw new ModelFormatException(
                folder, "folder", "one GGUF model", $"{models.Length}: {CheckpointReader.Names(models)}");
    }

    public override string? FindBy(string file, ReadOnlySpan<byte> start) => start.StartsWith("GGUF"u8) ? file : null;

    public override CheckpointFiles Open(string path) => GgufFiles.Open(path);

    // A file that holds a vocabulary alone will do.
    public override TokenizerVocabulary ReadVocabulary(string path, LoadWarnings warnings)
    {
        using GgufFiles files = GgufFiles.Open(path);
        TokenizerVocabulary vocabulary = files.ReadVocabulary();
        warnings.AddAll(files.Warnings);
        return vocabulary;
    }
}
