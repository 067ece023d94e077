using LLamaNet.Architectures;
using LLamaNet.Architectures.Rope;
using LLamaNet.Backends;
using LLamaNet.Models;
using LLamaNet.Tensors;

namespace LLamaNet.Loading;

// Brings a model's tensors into a device's memory: packs those of one weight, puts the rotated pairs of q and k into the
// forward pass's order, converts to another weight format if asked to. find: the tensors' contents.
internal sealed class WeightLoader(
    LlamaConfig config, RopePairing pairing, DType? weightType, string path, Func<TensorId, MatrixSource> find)
{
    private readonly ModelTensor[] _tensors = [.. ModelTensors.Of(config)];

    // Judged by the first layer's gate matrix.
    public bool IsQuantized =>
        WeightFormat.Of(Source(_tensors.First(tensor => tensor.Role == TensorRole.Gate)).Type).IsQuantized;

    // Of a step of the forward pass, in its order.
    public IReadOnlyList<ProductShape> Products
    {
        get
        {
            PackedWeight output = config.TiedEmbeddings ? PackedWeight.Embedding : PackedWeight.Output;
            return
            [
                .. Weights().Where(weight => weight.Name != PackedWeight.Embedding).Select(Product),
                .. Weights().Where(weight => weight.Name == PackedWeight.Embedding && config.TiedEmbeddings).Select(Product),
            ];

            ProductShape Product((PackedWeight Name, int? Layer, MatrixSource[] Parts) weight) => new(
                [.. weight.Parts.Select(part => part.Type)], weight.Parts.Sum(part => part.Rows), weight.Parts[0].Width,
                HasNorm: weight.Name is PackedWeight.Qkv or PackedWeight.GateUp || weight.Name == output,
                HasSwiGlu: weight.Name == PackedWeight.GateUp,
                HasBias: Biases(weight.Name, weight.Layer).Any());
        }
    }

    // Bytes on the device, and bytes that will be read: known before anything is read. weightBytes: as
    // DeviceProvider.WeightBytes.
    public (long DeviceBytes, long ReadBytes) Plan(Func<IReadOnlyList<MatrixSource>, long> weightBytes)
    {
        long device = _tensors.Where(tensor => tensor.Kind != TensorKind.Matrix).Sum(vector => vector.Count * sizeof(float));
        long read = 0;
        foreach ((_, _, MatrixSource[] parts) in Weights())
        {
            device += weightBytes(parts);
            read += parts.Sum(part => part.Bytes);
        }

        return (device, read);
    }

    public LlamaWeights Load(Backend backend, Action<long> bytesRead, CancellationToken cancellationToken)
    {
        Dictionary<(PackedWeight, int?), MatrixSource[]> sources =
            Weights().ToDictionary(weight => (weight.Name, weight.Layer), weight => weight.Parts);
        var owned = new Stack<IDisposable>();
        try
        {
            Weight embedding = Matrix(PackedWeight.Embedding);
            var layers = new LlamaWeights.Layer[config.Layers];
            for (int i = 0; i < layers.Length; i++)
            {
                layers[i] = new LlamaWeights.Layer(
                    Norm(TensorRole.AttentionNorm, i),
                    Matrix(PackedWeight.Qkv, i),
                    config.QueryKeyNorm ? Norm(TensorRole.QueryNorm, i) : null,
                    config.QueryKeyNorm ? Norm(TensorRole.KeyNorm, i) : null,
                    Attention(i),
                    Matrix(PackedWeight.AttentionOutput, i),
                    Norm(TensorRole.FfnNorm, i),
                    Matrix(PackedWeight.GateUp, i),
                    Matrix(PackedWeight.Down, i));
            }

            return new LlamaWeights(
                embedding, layers, Norm(TensorRole.OutputNorm), config.TiedEmbeddings ? embedding : Matrix(PackedWeight.Output));
        }
        catch
        {
            while (owned.TryPop(out IDisposable? item)) item.Dispose();
            throw;
        }

        Weight Matrix(PackedWeight weight, int? layer = null) =>
            Own(backend.Load(sources[(weight, layer)], Bias(weight, layer), bytesRead, cancellationToken));

        Tensor Norm(TensorRole role, int? layer = null)
        {
            float[] values = Vector(
                _tensors.Single(tensor => tensor.Kind == TensorKind.Norm && tensor.Id == new TensorId(role, layer)));
            Tensor norm = Own(backend.Allocate(DType.F32, 1, values.Length));
            backend.Write(norm, values);
            return norm;
        }

        T Own<T>(T item)
            where T : IDisposable
        {
            owned.Push(item);
            return item;
        }
    }

    // The parts of each weight, as the device shall have them.
    private IEnumerable<(PackedWeight Name, int? Layer, MatrixSource[] Parts)> Weights() =>
        from tensor in _tensors
        where tensor.Kind == TensorKind.Matrix
        group Source(tensor) by (Name: tensor.Weight!.Value, tensor.Layer) into weight
        select (weight.Key.Name, weight.Key.Layer, weight.ToArray());

    private MatrixSource Source(ModelTensor tensor)
    {
        MatrixSource source = find(tensor.Id);
        DType type = weightType is { } wanted ? FormatChoice.For(wanted, tensor, config.TiedEmbeddings) : source.Type;
        if (type != source.Type) source = new ConvertedMatrix(path, source.Name, source, type);
        return RopeOrder.ToForwardPass(source, tensor, config, pairing);
    }

    private AttentionShape Attention(int layer) => new(
        config.Heads, config.KvHeads, config.HeadDim,
        config.FullAttentionLayers.Contains(layer) ? 0 : config.SlidingWindow ?? 0, config.AttentionMultiplier,
        !config.UnrotatedLayers.Contains(layer));

    private IEnumerable<ModelTensor> Biases(PackedWeight weight, int? layer) =>
        _tensors.Where(tensor => tensor.Kind == TensorKind.Bias && tensor.Weight == weight && tensor.Layer == layer);

    // Of the parts in their order; null where the weight has none.
    private float[]? Bias(PackedWeight weight, int? layer)
    {
        float[] bias = [.. Biases(weight, layer).SelectMany(Vector)];
        if (bias.Length == 0) return null;
        // The forward pass scales the input of these products, so their biases are scaled here.
        if (weight is PackedWeight.AttentionOutput or PackedWeight.Down)
        {
            for (int i = 0; i < bias.Length; i++) bias[i] *= config.ResidualMultiplier;
        }

        return bias;
    }

    private float[] Vector(ModelTensor tensor) => RopeOrder.ToForwardPass(find(tensor.Id), tensor, config, pairing).ReadVector();
}
