namespace LLamaNet.Architectures;

// The tensors of a model: the only list. Checks, names, loading, plans, random models and files are derived from it.
internal static class ModelTensors
{
    // In the order in which GGUF files hold them.
    public static IReadOnlyList<ModelTensor> Of(LlamaConfig config)
    {
        int width = config.Width, ffnWidth = config.FfnWidth;
        int queries = config.Heads * config.HeadDim, keys = config.KvHeads * config.HeadDim;
        var tensors = new List<ModelTensor>();

        Matrix(new(TensorRole.Embedding), PackedWeight.Embedding, config.VocabularySize, width, TensorSplit.Rows);
        for (int layer = 0; layer < config.Layers; layer++)
        {
            Norm(new(TensorRole.AttentionNorm, layer), width);
            Matrix(new(TensorRole.Query, layer), PackedWeight.Qkv, queries, width, TensorSplit.Rows, isRotated: true);
            Matrix(new(TensorRole.Key, layer), PackedWeight.Qkv, keys, width, TensorSplit.Rows, isRotated: true);
            Matrix(new(TensorRole.Value, layer), PackedWeight.Qkv, keys, width, TensorSplit.Rows);
            Matrix(new(TensorRole.AttentionOutput, layer), PackedWeight.AttentionOutput, width, queries, TensorSplit.Columns);
            Norm(new(TensorRole.FfnNorm, layer), width);
            Matrix(new(TensorRole.Gate, layer), PackedWeight.GateUp, ffnWidth, width, TensorSplit.Rows);
            Matrix(new(TensorRole.Up, layer), PackedWeight.GateUp, ffnWidth, width, TensorSplit.Rows);
            Matrix(new(TensorRole.Down, layer), PackedWeight.Down, width, ffnWidth, TensorSplit.Columns);
        }

        Norm(new(TensorRole.OutputNorm), width);
        if (!config.TiedEmbeddings)
            Matrix(new(TensorRole.Output), PackedWeight.Output, config.VocabularySize, width, TensorSplit.Rows);
        return tensors;

        void Matrix(TensorId id, PackedWeight weight, int rows, int columns, TensorSplit split, bool isRotated = false) =>
            tensors.Add(new(id, TensorKind.Matrix, weight, rows, columns, split, isRotated));

        void Norm(TensorId id, int length) =>
            tensors.Add(new(id, TensorKind.Norm, Weight: null, 1, length, TensorSplit.Whole, IsRotated: false));
    }
}
