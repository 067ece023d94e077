using LLamaNet.Tokenization.Vocabulary;

namespace LLamaNet.Checkpoints.Meta;

// A folder as Meta ships its models, or one .pth file by itself, which can be inspected only.
internal sealed class MetaContainer : CheckpointContainer
{
    public override string FolderContents => $"{MetaParameters.FileName} and {MetaShards.FileName(0)}";

    public override string? FindIn(string folder) =>
        Has(folder, MetaParameters.FileName) && HasAny(folder, MetaShards.FilePattern) ? folder : null;

    // torch.save writes a zip file.
    public override string? FindBy(string file, ReadOnlySpan<byte> start)
    {
        if (!start.StartsWith("PK\u0003\u0004"u8)) return null;
        string folder = FolderOf(file);
        return Has(folder, MetaParameters.FileName) ? folder : file;
    }

    public override CheckpointFiles Open(string path) => MetaFiles.Open(path);

    public override TokenizerVocabulary ReadVocabulary(string path, LoadWarnings warnings) => MetaFiles.ReadVocabulary(path);
}
