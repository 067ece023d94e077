namespace LLamaNet.Architectures;

// The tensors of a model: the only list. Checks, names, loading, plans, random models and files are derived from it.
internal sealed class ModelTensors
{
    private readonly List<ModelTensor> _tensors = [];
    private readonly LlamaConfig _config;
    private readonly int? _layer;

    private ModelTensors(LlamaConfig config, int? layer)
    {
        _config = config;
        _layer = layer;
    }

    // In the order in which GGUF files hold them, a bias behind its matrix. Made as they are asked for: files may claim many
    // layers.
    public static IEnumerable<ModelTensor> Of(LlamaConfig config) => ByLayer(config).SelectMany(tensors => tensors);

    // Those before the layers, those of each layer, those behind the layers.
    public static IEnumerable<IReadOnlyList<ModelTensor>> ByLayer(LlamaConfig config)
    {
        yield return new ModelTensors(config, null).First();
        for (int layer = 0; layer < config.Layers; layer++) yield return new ModelTensors(config, layer).Layer();
        yield return new ModelTensors(config, null).Last();
    }

    private List<ModelTensor> First()
    {
        Matrix(TensorRole.Embedding, PackedWeight.Embedding, _config.VocabularySize, _config.Width, TensorSplit.Rows);
        return _tensors;
    }

    private List<ModelTensor> Layer()
    {
        int width = _config.Width, ffnWidth = _config.FfnWidth;
        int queries = _config.Heads * _config.HeadDim, keys = _config.KvHeads * _config.HeadDim;
        bool qkvBias = _config.QkvBias, outputBias = _config.AttentionOutputBias, ffnBias = _config.FfnBias;

        Norm(TensorRole.AttentionNorm, width);
        Matrix(TensorRole.Query, PackedWeight.Qkv, queries, width, TensorSplit.Rows, qkvBias, isRotated: true);
        Matrix(TensorRole.Key, PackedWeight.Qkv, keys, width, TensorSplit.Rows, qkvBias, isRotated: true);
        Matrix(TensorRole.Value, PackedWeight.Qkv, keys, width, TensorSplit.Rows, qkvBias);
        if (_config.QueryKeyNorm)
        {
            Norm(TensorRole.QueryNorm, _config.HeadDim, isRotated: true);
            Norm(TensorRole.KeyNorm, _config.HeadDim, isRotated: true);
        }

        Matrix(TensorRole.AttentionOutput, PackedWeight.AttentionOutput, width, queries, TensorSplit.Columns, outputBias);
        Norm(TensorRole.FfnNorm, width);
        Matrix(TensorRole.Gate, PackedWeight.GateUp, ffnWidth, width, TensorSplit.Rows, ffnBias);
        Matrix(TensorRole.Up, PackedWeight.GateUp, ffnWidth, width, TensorSplit.Rows, ffnBias);
        Matrix(TensorRole.Down, PackedWeight.Down, width, ffnWidth, TensorSplit.Columns, ffnBias);
        return _tensors;
    }

    private List<ModelTensor> Last()
    {
        Norm(TensorRole.OutputNorm, _config.Width);
        if (!_config.TiedEmbeddings)
            Matrix(TensorRole.Output, PackedWeight.Output, _config.VocabularySize, _config.Width, TensorSplit.Rows);
        return _tensors;
    }

    private void Matrix(
        TensorRole role, PackedWeight weight, int rows, int columns, TensorSplit split, bool bias = false, bool isRotated = false)
    {
        _tensors.Add(new(new(role, _layer), TensorKind.Matrix, weight, rows, columns, split, isRotated));

        // A bias is cut as the outputs are: one that follows a sum over devices is added once.
        if (!bias) return;
        TensorSplit biasSplit = split == TensorSplit.Rows ? TensorSplit.Columns : TensorSplit.Whole;
        _tensors.Add(new(new(role, _layer, IsBias: true), TensorKind.Bias, weight, 1, rows, biasSplit, isRotated));
    }

    private void Norm(TensorRole role, int length, bool isRotated = false) =>
        _tensors.Add(new(new(role, _layer), TensorKind.Norm, Weight: null, 1, length, TensorSplit.Whole, isRotated));
}
