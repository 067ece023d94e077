using LLamaNet.Tensors;

namespace LLamaNet.Checkpoints;

// A tensor that a model of some configuration must have. A vector is one row.
internal readonly record struct TensorShape(string Name, int Rows, int Width)
{
    // In the order in which GGUF files hold them.
    public static IEnumerable<TensorShape> Of(LlamaConfig config)
    {
        int queries = config.Heads * config.HeadDim, keys = config.KvHeads * config.HeadDim;
        yield return new(TensorNames.Embedding, config.VocabularySize, config.Width);
        for (int layer = 0; layer < config.Layers; layer++)
        {
            yield return new(TensorNames.AttentionNorm(layer), 1, config.Width);
            yield return new(TensorNames.Query(layer), queries, config.Width);
            yield return new(TensorNames.Key(layer), keys, config.Width);
            yield return new(TensorNames.Value(layer), keys, config.Width);
            yield return new(TensorNames.AttentionOutput(layer), config.Width, queries);
            yield return new(TensorNames.FfnNorm(layer), 1, config.Width);
            yield return new(TensorNames.Gate(layer), config.FfnWidth, config.Width);
            yield return new(TensorNames.Up(layer), config.FfnWidth, config.Width);
            yield return new(TensorNames.Down(layer), config.Width, config.FfnWidth);
        }

        yield return new(TensorNames.OutputNorm, 1, config.Width);
        if (!config.TiedEmbeddings) yield return new(TensorNames.Output, config.VocabularySize, config.Width);
    }

    // Every tensor that the configuration implies is there and has its shape, and no layer is left over. Others may be there too.
    // nameInFile: what the container calls a tensor, for the message.
    public static void CheckAll(
        string path,
        LlamaConfig config,
        IReadOnlyDictionary<string, MatrixSource> tensors,
        Func<string, string>? nameInFile = null)
    {
        foreach (TensorShape shape in Of(config))
        {
            string name = nameInFile?.Invoke(shape.Name) ?? shape.Name;
            if (!tensors.TryGetValue(shape.Name, out MatrixSource? found))
                throw new ModelFormatException(path, name, $"a tensor of shape {shape}", "no such tensor");
            if (found.Rows != shape.Rows || found.Width != shape.Width)
                throw new ModelFormatException(path, name, $"shape {shape}", $"{new TensorShape(name, found.Rows, found.Width)}");
        }

        // A model cut off after some of its layers would babble.
        string next = TensorNames.AttentionNorm(config.Layers);
        if (tensors.ContainsKey(next))
            throw new ModelFormatException(path, nameInFile?.Invoke(next) ?? next, $"{config.Layers} layers", "a tensor of one more");
    }

    public override string ToString() => Rows == 1 ? $"[{Width}]" : $"[{Rows}, {Width}]";
}
