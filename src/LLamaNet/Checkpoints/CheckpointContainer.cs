using LLamaNet.Checkpoints.Gguf;
using LLamaNet.Checkpoints.HuggingFace;
using LLamaNet.Checkpoints.Meta;
using LLamaNet.Tokenization.Vocabulary;

namespace LLamaNet.Checkpoints;

// A way to store checkpoints. All is the only list of them.
internal abstract class CheckpointContainer
{
    // A folder or file is that of the first container that recognizes it.
    public static IReadOnlyList<CheckpointContainer> All { get; } =
        [new HuggingFaceContainer(), new MetaContainer(), new GgufContainer()];

    // What a folder holds, for messages.
    public abstract string FolderContents { get; }

    // The checkpoint in a folder: the folder itself or a file of it; null when there is none of this container.
    public abstract string? FindIn(string folder);

    // The checkpoint that a file belongs to, told by its first bytes, never by its name: the file itself or its folder; null when
    // the file is none of this container's.
    public abstract string? FindBy(string file, ReadOnlySpan<byte> start);

    // path: as Find says. Opens the files, whether they hold a model or not.
    public abstract CheckpointFiles Open(string path);

    // path: as Find says. The weights need not be there.
    public abstract TokenizerVocabulary ReadVocabulary(string path, LoadWarnings warnings);

    protected static bool Has(string folder, string name) => File.Exists(Path.Combine(folder, name));

    protected static bool HasAny(string folder, string pattern) => Directory.EnumerateFiles(folder, pattern).Any();

    protected static string FolderOf(string file) => Path.GetDirectoryName(Path.GetFullPath(file))!;
}
