using LLamaNet.Checkpoints.Gguf;
using LLamaNet.Checkpoints.HuggingFace;
using LLamaNet.Tokenization;
using LLamaNet.Tokenization.Files;
using LLamaNet.Tokenization.Vocabulary;

namespace LLamaNet.Checkpoints;

// Finds the checkpoint that a path stands for and opens it.
internal static class CheckpointReader
{
    private const int ShownNames = 4;

    public static Checkpoint Open(string path) => new(OpenFiles(path));

    // The stream holds a GGUF file; the checkpoint owns it.
    public static Checkpoint Open(Stream stream, string name) => new(GgufFiles.Open(stream, name));

    // Describes the files, whether they hold a model that can be opened or not.
    public static CheckpointSummary Inspect(string path) => Checkpoint.Inspect(OpenFiles(path));

    // A checkpoint's, or that of a file or folder of a tokenizer alone.
    public static ModelTokenizer ReadTokenizer(string path)
    {
        path = RealPath.WithoutStepsBack(path);
        var warnings = new LoadWarnings();
        TokenizerVocabulary vocabulary;
        if (Find(path) is var (container, found))
        {
            path = found;
            vocabulary = CheckpointPart.Read(() => container.ReadVocabulary(found, warnings));
        }
        else if (HuggingFaceVocabulary.IsIn(path))
        {
            vocabulary = CheckpointPart.Read(() => HuggingFaceVocabulary.Read(path, warnings));
        }
        else if (Directory.Exists(path)) throw Unknown(path, "a tokenizer");
        else vocabulary = TokenizerFile.Read(CheckedFile.ReadAll(path, TokenizerFile.MaxBytes), path);
        ModelTokenizer tokenizer = TokenizerFactory.Create(vocabulary, path);
        tokenizer.Warnings = warnings.All;
        return tokenizer;
    }

    // For messages: names in a folder, the first few of them.
    public static string Names(IReadOnlyCollection<string> paths)
    {
        IEnumerable<string?> names = paths.Select(Path.GetFileName).Order(StringComparer.Ordinal).Take(ShownNames);
        return string.Join(", ", names) + (paths.Count > ShownNames ? $", … {paths.Count} in all" : "");
    }

    private static CheckpointFiles OpenFiles(string path)
    {
        path = RealPath.WithoutStepsBack(path);
        return Find(path) is var (container, found)
            ? CheckpointPart.Read(() => container.Open(found))
            : throw Unknown(path, "a checkpoint");
    }

    private static (CheckpointContainer Container, string Path)? Find(string path)
    {
        try
        {
            bool isFolder = Directory.Exists(path);
            byte[] start = isFolder ? [] : FileStart.Read(path);
            foreach (CheckpointContainer container in CheckpointContainer.All)
            {
                if ((isFolder ? container.FindIn(path) : container.FindBy(path, start)) is { } found) return (container, found);
            }

            return null;
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new ModelFormatException(path, "folder", "a readable folder", "access denied", exception);
        }
    }

    // A folder with an empty file or a placeholder in place of weights is refused for that file.
    private static ModelFormatException Unknown(string path, string sought)
    {
        if (!Directory.Exists(path))
        {
            string bytes = Convert.ToHexString(FileStart.Read(path));
            return new(path, "byte 0", $"{sought}: a GGUF file, or a file of a checkpoint's folder", $"the bytes {bytes}");
        }

        foreach (string weights in Directory.EnumerateFiles(path).Where(HasWeightsName)) FileStart.Read(weights);
        string[] contents = [.. CheckpointContainer.All.Select(container => container.FolderContents)];
        string[] entries = [.. Directory.EnumerateFileSystemEntries(path)];
        return new(
            path, "folder", $"{sought}: {string.Join(", ", contents[..^1])}, or {contents[^1]}",
            entries.Length > 0 ? Names(entries) : "an empty folder");
    }

    private static bool HasWeightsName(string file) => Path.GetExtension(file) is ".gguf" or ".safetensors" or ".pth";
}
