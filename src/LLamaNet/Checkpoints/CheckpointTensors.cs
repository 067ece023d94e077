using LLamaNet.Architectures;
using LLamaNet.Tensors;

namespace LLamaNet.Checkpoints;

// Finds the tensors of a model among those of its files.
internal static class CheckpointTensors
{
    // Every tensor that the configuration implies is there and has its shape, and every tensor that is there belongs to the
    // model or is a known leftover: a model cut off after some of its layers, or computed without its biases, would babble.
    public static Dictionary<TensorId, MatrixSource> Match(
        CheckpointFiles files, LlamaConfig config, Architecture architecture)
    {
        var tensors = new Dictionary<TensorId, MatrixSource>();
        var known = new HashSet<string>(StringComparer.Ordinal);
        foreach (StoredTensor stored in files.Names.Stored(config, architecture))
        {
            string shape = Shape(stored.Rows, stored.Width);
            MatrixSource source = files.TryOpen(stored)
                ?? throw Wrong(
                    stored.Name, $"a tensor of shape {shape}", Missing(stored.Name, files.Tensors.Select(tensor => tensor.Name)));
            if (source.Rows != stored.Rows || source.Width != stored.Width)
                throw Wrong(stored.Name, $"shape {shape}", Shape(source.Rows, source.Width));
            known.Add(stored.Name);
            foreach ((ModelTensor part, MatrixSource rows) in Split(stored, source)) tensors.Add(part.Id, rows);
        }

        // Tied models are saved with and without the output projection; transformers uses the embedding in both cases.
        if (config.TiedEmbeddings) known.Add(files.Names.Of(new TensorId(TensorRole.Output)));
        foreach (TensorSummary found in files.Tensors)
        {
            if (known.Contains(found.Name) || files.Names.IsLeftover(found.Name)) continue;
            if (files.Names.LayerOf(found.Name) >= config.Layers)
                throw Wrong(found.Name, $"{config.Layers} layers", "a tensor of one more");
            throw Wrong(
                found.Name, "no tensor that the configuration does not explain",
                $"{found.Type} [{string.Join(", ", found.Shape)}]");
        }

        return tensors;

        // Wrappers of training put their names before the tensors', and a model without its head has none before them.
        ModelFormatException Wrong(string place, string expected, string found) => new(files.Path, place, expected, found);
    }

    // In words. Wrappers of training put their names before the tensors', and a model without its head has none before them.
    public static string Missing(string name, IEnumerable<string> names)
    {
        string? other = names.FirstOrDefault(other => IsPrefixed(other, name) || IsPrefixed(name, other));
        return other is null
            ? "no such tensor"
            : $"no such tensor, but {other}: names must be the model's own, without module. or _orig_mod. first";
    }

    private static bool IsPrefixed(string name, string end) =>
        name.Length > end.Length && name[^(end.Length + 1)] == '.' && name.EndsWith(end, StringComparison.Ordinal);

    private static IEnumerable<(ModelTensor Part, MatrixSource Rows)> Split(StoredTensor stored, MatrixSource source)
    {
        int first = 0;
        foreach (ModelTensor part in stored.Parts)
        {
            yield return (part, stored.Parts.Count == 1 ? source : new RowRange(source, first, part.Rows));
            first += part.Rows;
        }
    }

    private static string Shape(int rows, int width) => rows == 1 ? $"[{width}]" : $"[{rows}, {width}]";
}
