using System.Buffers.Binary;
using LLamaNet.Checkpoints.Gguf;

namespace LLamaNet.Checkpoints;

// Where a checkpoint is and what it is: told by magic bytes and by the files of a folder, never by an extension.
internal readonly record struct CheckpointLocation(CheckpointKind Kind, string Path)
{
    private const int ShownNames = 4;

    public bool IsFolder => Directory.Exists(Path);

    // A folder with tokenizer.json or tokenizer.model.
    public bool HasTokenizerFile => Has(Path, "tokenizer.json") || Has(Path, "tokenizer.model");

    // A file of a Hugging Face or Meta folder stands for its folder.
    public static CheckpointLocation Of(string path)
    {
        if (!Directory.Exists(path)) return OfFile(path);
        try
        {
            return OfFolder(path);
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new ModelFormatException(path, "folder", "a readable folder", "access denied", exception);
        }
    }

    // What was looked for, for the message about a path that holds something else.
    public ModelFormatException Unknown(string sought = "a checkpoint")
    {
        if (!IsFolder)
            return new(Path, "byte 0", $"{sought}: a GGUF file, or a file of a checkpoint's folder", $"the bytes {Start(Path)}");
        const string Folders = "config.json and safetensors files, params.json and consolidated.00.pth, or one GGUF model";
        return new(Path, "folder", $"{sought}: {Folders}", Contents(Path));
    }

    private static CheckpointLocation OfFolder(string folder)
    {
        if (Has(folder, "config.json") && HasAny(folder, "*.safetensors")) return new(CheckpointKind.HuggingFace, folder);
        if (Has(folder, "params.json") && HasAny(folder, "consolidated.*.pth")) return new(CheckpointKind.Meta, folder);
        string[] models =
        [
            .. Directory.EnumerateFiles(folder)
                .Where(IsGguf)
                .GroupBy(file => GgufShards.FirstPart(file) ?? file)
                .Select(parts => parts.Min()!),
        ];
        return models.Length switch
        {
            0 => new(CheckpointKind.Other, folder),
            1 => new(CheckpointKind.Gguf, models[0]),
            _ => throw new ModelFormatException(folder, "folder", "one GGUF model", $"{models.Length}: {Names(models)}"),
        };
    }

    private static CheckpointLocation OfFile(string path)
    {
        Span<byte> start = stackalloc byte[9];
        start = start[..ReadStart(path, start)];
        if (IsGguf(start)) return new(CheckpointKind.Gguf, path);
        if (!IsSafetensors(start) && !IsZip(start)) return new(CheckpointKind.Other, path);

        string folder = System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path))!;
        if (IsSafetensors(start))
            return Has(folder, "config.json") ? new(CheckpointKind.HuggingFace, folder) : new(CheckpointKind.Safetensors, path);
        return Has(folder, "params.json") ? new(CheckpointKind.Meta, folder) : new(CheckpointKind.Torch, path);
    }

    private static bool IsGguf(string path)
    {
        Span<byte> start = stackalloc byte[sizeof(uint)];
        try
        {
            return IsGguf(start[..ReadStart(path, start)]);
        }
        catch (IOException)
        {
            return false; // an empty file, a pipe, a link to nothing
        }
    }

    private static bool IsGguf(ReadOnlySpan<byte> start) => start.StartsWith("GGUF"u8);

    // A length, then a JSON object, which white space may precede.
    private static bool IsSafetensors(ReadOnlySpan<byte> start) =>
        start.Length > 8 && "{ \t\r\n"u8.Contains(start[8]) && BinaryPrimitives.ReadUInt64LittleEndian(start) < int.MaxValue;

    // What torch.save writes.
    private static bool IsZip(ReadOnlySpan<byte> start) => start.StartsWith("PK\u0003\u0004"u8);

    private static int ReadStart(string path, Span<byte> start)
    {
        using CheckedFile file = CheckedFile.Open(path);
        int length = (int)Math.Min(start.Length, file.Length);
        file.ReadExactly(0, start[..length]);
        return length;
    }

    private static string Start(string path)
    {
        Span<byte> start = stackalloc byte[9];
        return Convert.ToHexString(start[..ReadStart(path, start)]);
    }

    private static bool Has(string folder, string name) => File.Exists(System.IO.Path.Combine(folder, name));

    private static bool HasAny(string folder, string pattern) => Directory.EnumerateFiles(folder, pattern).Any();

    private static string Contents(string folder)
    {
        string[] entries = [.. Directory.EnumerateFileSystemEntries(folder)];
        return entries.Length > 0 ? Names(entries) : "an empty folder";
    }

    private static string Names(string[] paths)
    {
        IEnumerable<string?> names = paths.Select(System.IO.Path.GetFileName).Order(StringComparer.Ordinal).Take(ShownNames);
        return string.Join(", ", names) + (paths.Length > ShownNames ? $", … {paths.Length} in all" : "");
    }
}
