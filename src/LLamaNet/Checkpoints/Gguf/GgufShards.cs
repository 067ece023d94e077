using System.Globalization;
using System.Text.RegularExpressions;

namespace LLamaNet.Checkpoints.Gguf;

// The files of a GGUF model: one, or all parts of a split one (name-00001-of-00003.gguf …). The first part has the metadata.
internal sealed partial class GgufShards : IDisposable
{
    private const int MaxShards = 9999;

    private GgufShards(IReadOnlyList<GgufFile> files)
    {
        Files = files;
        Tensors = [.. files.SelectMany(file => file.Tensors)];
    }

    public IReadOnlyList<GgufFile> Files { get; }

    public IReadOnlyList<GgufTensor> Tensors { get; }

    public string Path => Files[0].Path;

    public GgufMetadata Metadata => Files[0].Metadata;

    public string Container => $"GGUF v{Files[0].Version}" + (Files.Count > 1 ? $", {Files.Count} files" : "");

    // path: the file, or any part of a split model.
    public static GgufShards Open(string path)
    {
        GgufFile named = GgufFile.Open(path);
        bool whole = false;
        try
        {
            whole = CountOf(named) == 1;
            return whole ? new GgufShards([named]) : OpenParts(path);
        }
        finally
        {
            if (!whole) named.Dispose();
        }
    }

    // A stream holds a whole model.
    public static GgufShards Open(CheckedFile file)
    {
        GgufFile whole = GgufFile.Open(file);
        try
        {
            int count = CountOf(whole);
            return count == 1
                ? new GgufShards([whole])
                : throw whole.Metadata.Error(GgufKeys.SplitCount, "1, a model in one piece", $"{count}");
        }
        catch
        {
            whole.Dispose();
            throw;
        }
    }

    // The first part's name, for any part's name; null for a name that is not a part's.
    public static string? FirstPart(string path) =>
        PartName().Match(path) is { Success: true } match ? PartPath(match, 1) : null;

    public void Dispose()
    {
        foreach (GgufFile file in Files) file.Dispose();
    }

    [GeneratedRegex(@"^(?<stem>.*)-[0-9]{5}-of-(?<count>[0-9]{5})\.gguf\z", RegexOptions.Singleline)]
    private static partial Regex PartName();

    private static string PartPath(Match name, int number) =>
        $"{name.Groups["stem"].Value}-{number.ToString("d5", CultureInfo.InvariantCulture)}-of-{name.Groups["count"].Value}.gguf";

    private static int CountOf(GgufFile file)
    {
        long count = file.Metadata.FindInteger(GgufKeys.SplitCount) ?? 1;
        return count is >= 0 and <= MaxShards
            ? (int)Math.Max(count, 1)
            : throw file.Metadata.Error(GgufKeys.SplitCount, $"1 to {MaxShards}", $"{count}");
    }

    private static GgufShards OpenParts(string path)
    {
        Match name = PartName().Match(path);
        int count = name.Success ? int.Parse(name.Groups["count"].Value, CultureInfo.InvariantCulture) : 0;
        if (count == 0)
        {
            const string Pattern = "name-00001-of-00003.gguf, as for each part of a split model";
            throw new ModelFormatException(path, "file name", Pattern, System.IO.Path.GetFileName(path));
        }

        var files = new List<GgufFile>();
        try
        {
            for (int number = 1; number <= count; number++) files.Add(OpenPart(path, PartPath(name, number), number, count));
            CheckTensors(files);
            return new GgufShards(files);
        }
        catch
        {
            foreach (GgufFile file in files) file.Dispose();
            throw;
        }
    }

    private static GgufFile OpenPart(string path, string partPath, int number, int count)
    {
        string partName = System.IO.Path.GetFileName(partPath);
        if (!File.Exists(partPath)) throw new ModelFormatException(path, $"part {number} of {count}", partName, "no such file");
        GgufFile part = GgufFile.Open(partPath);
        try
        {
            Require(part, GgufKeys.SplitCount, count);
            Require(part, GgufKeys.SplitNumber, number - 1);
            return part;
        }
        catch
        {
            part.Dispose();
            throw;
        }
    }

    private static void CheckTensors(List<GgufFile> files)
    {
        Require(files[0], GgufKeys.SplitTensors, files.Sum(file => file.Tensors.Count));
        var owners = new Dictionary<string, string>();
        foreach (GgufTensor tensor in files.SelectMany(file => file.Tensors))
        {
            string path = tensor.File.Path;
            if (!owners.TryAdd(tensor.Name, path))
                throw new ModelFormatException(
                    path, $"tensor {tensor.Name}", "it in one part", $"it in {owners[tensor.Name]} too");
        }
    }

    private static void Require(GgufFile file, string key, long expected)
    {
        long found = file.Metadata.FindInteger(key) ?? throw file.Metadata.Missing(key, $"{expected}");
        if (found != expected) throw file.Metadata.Error(key, $"{expected}", $"{found}");
    }
}
