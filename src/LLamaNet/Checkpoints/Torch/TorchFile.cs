using System.IO.Hashing;
using System.Text;
using LLamaNet.StrictJson;

namespace LLamaNet.Checkpoints.Torch;

// A .pth file as torch.save has written it since 1.6: a zip with <root>/data.pkl, a state dict whose tensors refer to
// <root>/data/<key>, one entry of raw little-endian numbers for each storage.
internal sealed class TorchFile : IDisposable
{
    private const int MaxPickleBytes = 64 << 20;
    private const int MaxSmallEntryBytes = 1 << 10;
    private const int MaxNameLength = 1024;

    private readonly CheckedFile _file;

    private TorchFile(CheckedFile file)
    {
        _file = file;
        RefuseLegacy();
        var entries = new Dictionary<string, ZipEntry>(StringComparer.Ordinal);
        string? root = null;
        foreach (ZipEntry entry in ZipDirectory.Read(file))
        {
            string name = SplitRoot(entry.Name, ref root);
            entries.Add(name, entry);
        }

        ReadFormat(entries);
        Tensors = ReadTensors(entries);
    }

    public string Path => _file.Path;

    // In the order of the state dict.
    public IReadOnlyList<TorchTensor> Tensors { get; }

    public static TorchFile Open(string path)
    {
        CheckedFile file = CheckedFile.Open(path);
        try
        {
            return new TorchFile(file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    public void Dispose() => _file.Dispose();

    private void RefuseLegacy()
    {
        Span<byte> start = stackalloc byte[(int)Math.Min(2, _file.Length)];
        _file.ReadExactly(0, start);
        if (start is [0x80, _])
        {
            throw Wrong(
                "byte 0",
                "a zip file as torch.save has written since 1.6",
                "a bare pickle (load it with a trusted torch and save it again, or convert it to safetensors)");
        }
    }

    // Entry names are <root>/<name> with one root; only the names that torch writes exist.
    private string SplitRoot(string entry, ref string? root)
    {
        int slash = entry.IndexOf('/');
        string name = slash > 0 ? entry[(slash + 1)..] : "";
        root ??= slash > 0 ? entry[..slash] : null;
        if (!IsKnown(name) || root is null || slash != root.Length || !entry.StartsWith(root, StringComparison.Ordinal))
            throw Wrong(entry, "<root>/data.pkl, <root>/data/<number> or another entry that torch.save writes", "this name");
        return name;
    }

    private static bool IsKnown(string name)
    {
        const string Data = "data/";
        ReadOnlySpan<char> key = name.StartsWith(Data, StringComparison.Ordinal) ? name.AsSpan(Data.Length) : default;
        return (key.Length is > 0 and < 10 && !key.ContainsAnyExceptInRange('0', '9'))
            || name is "data.pkl" or "version" or "byteorder"
                or ".format_version" or ".storage_alignment" or ".data/serialization_id";
    }

    private void ReadFormat(Dictionary<string, ZipEntry> entries)
    {
        if (!entries.TryGetValue("byteorder", out ZipEntry? entry)) return;
        string order = Encoding.ASCII.GetString(ReadWhole(entry, MaxSmallEntryBytes));
        if (order != "little") throw Wrong(entry.Name, "little", JsonText.OneLine(order));
    }

    private List<TorchTensor> ReadTensors(Dictionary<string, ZipEntry> entries)
    {
        if (!entries.TryGetValue("data.pkl", out ZipEntry? pickle)) throw Wrong("data.pkl", "an entry", "no such entry");
        object? root = PickleReader.Read(Path, ReadWhole(pickle, MaxPickleBytes));
        if (root is not PickleDictionary state) throw Wrong("data.pkl", "a dict of tensors", "another object");

        // Training scripts wrap the state dict: {"model": {…}}.
        object?[] values = [.. state.Items.Select(item => item.Value)];
        if (!values.Any(value => value is PickleTensor) && values.OfType<PickleDictionary>().ToArray() is [var inner])
            state = inner;

        var storages = new Dictionary<string, TorchStorage>(StringComparer.Ordinal);
        var tensors = new List<TorchTensor>();
        foreach ((string name, object? value) in state.Items)
        {
            if (value is not PickleTensor view) continue;
            if (name.Length is 0 or > MaxNameLength || name.Any(char.IsControl))
            {
                throw Wrong(
                    "data.pkl", $"tensor names of 1 to {MaxNameLength} printable characters", $"\"{JsonText.OneLine(name)}\"");
            }
            if (!storages.TryGetValue(view.Storage.Key, out TorchStorage? storage))
                storages.Add(view.Storage.Key, storage = FindStorage(entries, name, view.Storage));
            tensors.Add(new TorchTensor(name, view, storage));
        }

        return tensors;
    }

    private TorchStorage FindStorage(Dictionary<string, ZipEntry> entries, string tensor, PickleStorage storage)
    {
        if (!entries.TryGetValue("data/" + storage.Key, out ZipEntry? entry))
            throw Wrong(tensor, $"an entry data/{storage.Key}", "no such entry");
        Int128 bytes = (Int128)storage.Count * storage.Type.Bytes;
        if (bytes != entry.Bytes)
            throw Wrong(entry.Name, $"{bytes} bytes for {storage.Count} x {storage.Type.Name}", $"{entry.Bytes} bytes");
        return new TorchStorage(_file, entry);
    }

    private byte[] ReadWhole(ZipEntry entry, int maxBytes)
    {
        if (entry.Bytes > maxBytes) throw Wrong(entry.Name, $"at most {maxBytes} bytes", $"{entry.Bytes} bytes");
        byte[] bytes = new byte[entry.Bytes];
        _file.ReadExactly(entry.DataOffset, bytes);
        uint crc = Crc32.HashToUInt32(bytes);
        if (crc != entry.Crc32)
            throw Wrong(entry.Name, $"contents with CRC-32 {entry.Crc32:x8}", $"{crc:x8}: the file is damaged");
        return bytes;
    }

    private ModelFormatException Wrong(string place, string expected, string found) => new(Path, place, expected, found);
}
