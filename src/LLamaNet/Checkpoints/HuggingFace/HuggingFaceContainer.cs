using System.Buffers.Binary;
using LLamaNet.Tokenization.Vocabulary;

namespace LLamaNet.Checkpoints.HuggingFace;

// A folder as transformers' save_pretrained writes it, or one safetensors file by itself, which can be inspected only.
internal sealed class HuggingFaceContainer : CheckpointContainer
{
    public override string FolderContents => "config.json and safetensors files";

    public override string? FindIn(string folder) =>
        Has(folder, HuggingFaceConfig.FileName) && HasAny(folder, "*.safetensors") ? folder : null;

    public override string? FindBy(string file, ReadOnlySpan<byte> start)
    {
        if (!IsSafetensors(start)) return null;
        string folder = FolderOf(file);
        return Has(folder, HuggingFaceConfig.FileName) ? folder : file;
    }

    public override CheckpointFiles Open(string path) => HuggingFaceFiles.Open(path);

    public override TokenizerVocabulary ReadVocabulary(string path, LoadWarnings warnings) =>
        HuggingFaceVocabulary.Read(path, warnings);

    // A length, then a JSON object, which white space may precede.
    private static bool IsSafetensors(ReadOnlySpan<byte> start) =>
        start.Length > 8 && "{ \t\r\n"u8.Contains(start[8]) && BinaryPrimitives.ReadUInt64LittleEndian(start) < int.MaxValue;
}
