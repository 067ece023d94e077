using System.Buffers;
using System.Text.Json;
using LLamaNet.StrictJson;

namespace LLamaNet.Checkpoints.HuggingFace;

// A model's safetensors files: one, or those that model.safetensors.index.json names. The index's total_size is not read:
// published files lack it or get it wrong, and each shard's own size is checked exactly. Every tensor of a shard counts,
// wherever the weight_map places it; what it places where it is not is told.
internal sealed class SafetensorsShards : IDisposable
{
    private const string SingleFileName = "model.safetensors";
    private const string IndexFileName = "model.safetensors.index.json";
    private const long MaxIndexBytes = 64 << 20;
    private const int MaxShards = 512;

    private static readonly SearchValues<char> s_notInFileNames = SearchValues.Create("/\\:*?\"<>|");

    private readonly List<SafetensorsFile> _files = [];

    private SafetensorsShards()
    {
    }

    // In the order of the shards' names, each in file order.
    public IReadOnlyList<SafetensorsFile> Files => _files;

    public Dictionary<string, (SafetensorsFile File, SafetensorsTensor Tensor)> Tensors { get; } = new(StringComparer.Ordinal);

    public static SafetensorsShards Open(string folder, LoadWarnings warnings)
    {
        var shards = new SafetensorsShards();
        try
        {
            string index = Path.Combine(folder, IndexFileName), single = Path.Combine(folder, SingleFileName);
            if (File.Exists(single))
                shards.Add(SafetensorsFile.Open(single));
            else if (File.Exists(index))
                shards.AddAll(folder, index, warnings);
            else
                throw new ModelFormatException(folder, "weights", $"{SingleFileName} or {IndexFileName}", OtherWeights(folder));
            return shards;
        }
        catch
        {
            shards.Dispose();
            throw;
        }
    }

    // One file by itself, of any name.
    public static SafetensorsShards OpenFile(string path)
    {
        var shards = new SafetensorsShards();
        shards.Add(SafetensorsFile.Open(path));
        return shards;
    }

    public void Dispose()
    {
        foreach (SafetensorsFile file in _files) file.Dispose();
    }

    private void Add(SafetensorsFile file)
    {
        _files.Add(file);
        foreach (SafetensorsTensor tensor in file.Header.Tensors)
        {
            if (!Tensors.TryAdd(tensor.Name, (file, tensor)))
            {
                throw new ModelFormatException(
                    file.Path, tensor.Name, "a tensor that no other shard holds",
                    $"the same name in {Tensors[tensor.Name].File.Path}");
            }
        }
    }

    private void AddAll(string folder, string index, LoadWarnings warnings)
    {
        using JsonDocument document = JsonFile.Read(index, MaxIndexBytes);
        const string Key = "weight_map";
        JsonSection json = JsonSection.Root(index, document);
        JsonSection map = json.OptionalSection(Key) ?? throw json.Wrong(Key, "an object");
        var placed = new List<(string Tensor, string Shard)>();
        foreach (JsonProperty entry in map.Element.EnumerateObject())
        {
            string tensor = JsonText.OneLine(entry.Name);
            if (entry.Value.ValueKind != JsonValueKind.String || !IsPlainFileName(entry.Value.GetString()!))
            {
                throw new ModelFormatException(
                    index, map.Place(tensor), "the plain name of a file in this folder", JsonSection.Words(entry.Value));
            }
            placed.Add((entry.Name, entry.Value.GetString()!));
        }

        string[] names = [.. placed.Select(entry => entry.Shard).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        if (names.Length is 0 or > MaxShards)
            throw new ModelFormatException(index, Key, $"1 to {MaxShards} shards", $"{names.Length}");
        var files = new Dictionary<string, SafetensorsFile>(StringComparer.Ordinal);
        foreach (string name in names)
        {
            string path = Path.Combine(folder, name);
            if (!File.Exists(path)) throw new ModelFormatException(index, Key, $"the shard {name} beside it", "no such file");
            Add(files[name] = SafetensorsFile.Open(path));
        }

        (string Tensor, string Shard)[] wrong =
            [.. placed.Where(entry => !Tensors.TryGetValue(entry.Tensor, out var found) || found.File != files[entry.Shard])];
        if (wrong.Length == 0) return;
        string where = Tensors.ContainsKey(wrong[0].Tensor) ? "but in another shard" : "nor in another shard";
        warnings.Add(
            index,
            $"{map.Place(wrong[0].Tensor)}: not in {wrong[0].Shard}, {where}"
                + (wrong.Length > 1 ? $"; {wrong.Length} entries in all are wrong" : ""));
    }

    // Names that stay inside the folder on every operating system.
    private static bool IsPlainFileName(string name) =>
        name.Length is > 0 and <= 255
        && name.EndsWith(".safetensors", StringComparison.Ordinal)
        && name[0] != '.'
        && !name.AsSpan().ContainsAny(s_notInFileNames)
        && !name.Any(char.IsControl);

    private static string OtherWeights(string folder) =>
        Directory.EnumerateFiles(folder, "pytorch_model*.bin").Any() ? "pytorch_model.bin: save the model as safetensors"
        : Directory.EnumerateFiles(folder, "*.safetensors").Any() ? "safetensors files of other names"
        : "neither";
}
