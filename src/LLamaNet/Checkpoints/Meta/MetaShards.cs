using System.Globalization;
using LLamaNet.Checkpoints.Torch;
using LLamaNet.Tensors;

namespace LLamaNet.Checkpoints.Meta;

// consolidated.00.pth, .01.pth, …: a model cut for model-parallel computation. Every file has every tensor: a slice of its rows
// (wq, wk, wv, w1, w3, output), a slice of its columns (wo, w2), or all of it (norms). The embedding is cut by columns in
// LLaMA 1 and 2 and by rows in LLaMA 3.
internal sealed class MetaShards : IDisposable
{
    private const int MaxShards = 64;

    private readonly string _folder;
    private readonly List<TorchFile> _files = [];
    private readonly List<Dictionary<string, TorchTensor>> _byName = [];

    private MetaShards(string folder) => _folder = folder;

    public IReadOnlyList<TorchFile> Files => _files;

    public static string FileName(int shard) => string.Create(CultureInfo.InvariantCulture, $"consolidated.{shard:00}.pth");

    public static MetaShards Open(string folder)
    {
        var shards = new MetaShards(folder);
        try
        {
            int found = Directory.EnumerateFiles(folder, "consolidated.*.pth").Take(MaxShards + 1).Count();
            if (found > MaxShards) throw new ModelFormatException(folder, FileName(0), $"at most {MaxShards} shards", "more");
            for (int shard = 0; shard < Math.Max(1, found); shard++)
            {
                string path = Path.Combine(folder, FileName(shard));
                if (!File.Exists(path))
                {
                    throw new ModelFormatException(
                        folder, FileName(shard), $"a file ({Math.Max(1, found)} shards)", "no such file");
                }
                shards.Add(TorchFile.Open(path));
            }

            return shards;
        }
        catch
        {
            shards.Dispose();
            throw;
        }
    }

    // Rows of the whole embedding.
    public int Vocabulary(int width)
    {
        const string Name = "tok_embeddings.weight";
        string path = _files[0].Path;
        if (!_byName[0].TryGetValue(Name, out TorchTensor? tensor))
            throw new ModelFormatException(path, Name, "a tensor", "no such tensor");
        if (tensor.View.Shape.Count != 2) throw new ModelFormatException(path, Name, "a matrix", $"shape {tensor.ShapeInWords}");
        long rows = tensor.View.Shape[0] * (EmbeddingIsCutByRows(tensor, width) ? _files.Count : 1L);
        return ConfigLimits.Count(path, Name + " rows", rows);
    }

    // By GGUF name.
    public Dictionary<string, MatrixSource> Merge(int width)
    {
        var merged = new Dictionary<string, MatrixSource>(StringComparer.Ordinal);
        foreach (TorchTensor tensor in _files[0].Tensors)
        {
            if (MetaNames.Map.ToGguf(tensor.Name) is not { } name) continue;
            MatrixSource[] parts = [.. _files.Select((_, shard) => Part(tensor, shard, name))];
            merged.Add(name, parts.Length == 1 || parts[0].Rows == 1 ? parts[0]
                : IsCutByRows(tensor, width) ? new RowShards(name, parts)
                : new ColumnShards(name, parts));
        }

        return merged;
    }

    public void Dispose()
    {
        foreach (TorchFile file in _files) file.Dispose();
    }

    private void Add(TorchFile file)
    {
        _files.Add(file);
        _byName.Add(file.Tensors.ToDictionary(tensor => tensor.Name, StringComparer.Ordinal));
    }

    private MatrixSource Part(TorchTensor first, int shard, string name)
    {
        string path = _files[shard].Path;
        if (!_byName[shard].TryGetValue(first.Name, out TorchTensor? tensor))
            throw new ModelFormatException(path, first.Name, $"the tensor that {FileName(0)} has", "no such tensor");
        if (tensor.Type != first.Type || !tensor.View.Shape.SequenceEqual(first.View.Shape))
        {
            throw new ModelFormatException(path, first.Name, $"{first.Type.Name} {first.ShapeInWords}, as in {FileName(0)}",
                $"{tensor.Type.Name} {tensor.ShapeInWords}");
        }

        return tensor.ToMatrix(path, name);
    }

    private bool IsCutByRows(TorchTensor tensor, int width)
    {
        string name = tensor.Name;
        return name.StartsWith("tok_embeddings.", StringComparison.Ordinal)
            ? EmbeddingIsCutByRows(tensor, width)
            : !name.EndsWith(".wo.weight", StringComparison.Ordinal) && !name.EndsWith(".w2.weight", StringComparison.Ordinal);
    }

    private bool EmbeddingIsCutByRows(TorchTensor tensor, int width)
    {
        long columns = tensor.View.Shape[^1];
        if (columns == width) return true;
        if (columns * _files.Count == width) return false;
        throw new ModelFormatException(_files[0].Path, tensor.Name,
            $"{width} columns (dim), or dim over {_files.Count} shards", $"shape {tensor.ShapeInWords}");
    }
}
