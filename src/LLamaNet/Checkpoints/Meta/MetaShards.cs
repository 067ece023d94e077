using System.Globalization;
using LLamaNet.Architectures;
using LLamaNet.Checkpoints.Torch;
using LLamaNet.Tensors;

namespace LLamaNet.Checkpoints.Meta;

// consolidated.00.pth, .01.pth, …: a model cut for model-parallel computation. Every file has every tensor: a slice of its rows
// or of its columns, or all of it, as ModelTensor.Split says. The embedding is cut by columns in LLaMA 1 and 2 and by rows in
// LLaMA 3.
internal sealed class MetaShards : IDisposable
{
    public const string FilePattern = "consolidated.*.pth";

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
            int found = Directory.EnumerateFiles(folder, FilePattern).Take(MaxShards + 1).Count();
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

    // One file by itself, of any name.
    public static MetaShards OpenFile(string path)
    {
        var shards = new MetaShards(path);
        shards.Add(TorchFile.Open(path));
        return shards;
    }

    // Rows of the whole embedding.
    public int Vocabulary(int width)
    {
        const string Name = "tok_embeddings.weight";
        string path = _files[0].Path;
        if (!_byName[0].TryGetValue(Name, out TorchTensor? tensor))
            throw new ModelFormatException(path, Name, "a tensor", CheckpointTensors.Missing(Name, _byName[0].Keys));
        if (tensor.View.Shape.Count != 2) throw new ModelFormatException(path, Name, "a matrix", $"shape {tensor.ShapeInWords}");
        long rows = tensor.View.Shape[0] * (EmbeddingIsCutByRows(tensor, width) ? _files.Count : 1L);
        return ConfigLimits.Count(path, Name + " rows", rows);
    }

    // Null when there is no such tensor.
    public MatrixSource? TryOpen(StoredTensor stored)
    {
        if (!_byName[0].TryGetValue(stored.Name, out TorchTensor? tensor)) return null;
        MatrixSource[] parts = [.. _files.Select((_, shard) => Part(tensor, shard))];
        TensorSplit split = stored.Split;
        if (stored.Parts[0].Role == TensorRole.Embedding && !EmbeddingIsCutByRows(tensor, stored.Width))
            split = TensorSplit.Columns;
        return parts.Length == 1 || split == TensorSplit.Whole ? parts[0]
            : split == TensorSplit.Rows ? new StackedMatrix(stored.Name, parts)
            : new ColumnShards(stored.Name, parts);
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

    private MatrixSource Part(TorchTensor first, int shard)
    {
        string path = _files[shard].Path;
        if (!_byName[shard].TryGetValue(first.Name, out TorchTensor? tensor))
            throw new ModelFormatException(path, first.Name, $"the tensor that {FileName(0)} has", "no such tensor");
        if (tensor.Type != first.Type || !tensor.View.Shape.SequenceEqual(first.View.Shape))
        {
            throw new ModelFormatException(path, first.Name, $"{first.Type.Name} {first.ShapeInWords}, as in {FileName(0)}",
                $"{tensor.Type.Name} {tensor.ShapeInWords}");
        }

        return tensor.ToMatrix(path);
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
