using LLamaNet.Backends;
using LLamaNet.Checkpoints;
using LLamaNet.Models;
using LLamaNet.Tensors;

namespace LLamaNet.Loading;

// Brings a model's tensors from a source of named matrices into a device's memory: packs Q/K/V and gate/up, puts the
// rotary pairs of q and k into split halves, converts to another weight format if asked to.
internal sealed class WeightLoader(LlamaConfig config, RotaryPairing pairing, DType? weightType, string path, Func<string, MatrixSource> find)
{
    // Whether the bulk of the weights is: that of the first layer's gate.
    public bool IsQuantized => WeightFormat.Of(Converted(TensorNames.Gate(0)).Type).BlockLength > 1;

    // Of a step of the forward pass, in its order.
    public IReadOnlyList<ProductShape> Products
    {
        get
        {
            var products = new List<ProductShape>();
            for (int i = 0; i < config.Layers; i++)
            {
                Add(Qkv(i), hasNorm: true);
                Add([Converted(TensorNames.AttentionOutput(i))]);
                Add(GateUp(i), hasNorm: true, hasSwiGlu: true);
                Add([Converted(TensorNames.Down(i))]);
            }

            Add([config.TiedEmbeddings ? Embedding() : Converted(TensorNames.Output)], hasNorm: true);
            return products;

            void Add(MatrixSource[] parts, bool hasNorm = false, bool hasSwiGlu = false) => products.Add(new ProductShape(
                [.. parts.Select(part => part.Type)], parts.Sum(part => part.Rows), parts[0].Width, hasNorm, hasSwiGlu));
        }
    }

    // Bytes on the device, and bytes that will be read: known before anything is read. weightBytes: as Backend.WeightBytes.
    public (long DeviceBytes, long ReadBytes) Plan(Func<IReadOnlyList<MatrixSource>, long> weightBytes)
    {
        long device = 0;
        long read = 0;
        foreach (MatrixSource[] parts in AllWeights())
        {
            device += weightBytes(parts);
            read += parts.Sum(part => part.Bytes);
        }

        return (device + (2L * config.Layers + 1) * config.Width * sizeof(float), read);
    }

    public LlamaWeights Load(Backend backend, Action<long> bytesRead, CancellationToken cancellationToken)
    {
        var owned = new Stack<IDisposable>();
        try
        {
            Weight Matrix(params MatrixSource[] parts) => Own(backend.Load(parts, bytesRead, cancellationToken));
            Tensor Vector(string name) => Own(LoadVector(backend, find(name)));
            T Own<T>(T item)
                where T : IDisposable
            {
                owned.Push(item);
                return item;
            }

            Weight embedding = Matrix(Embedding());
            var layers = new LlamaWeights.Layer[config.Layers];
            for (int i = 0; i < layers.Length; i++)
            {
                layers[i] = new LlamaWeights.Layer(
                    Vector(TensorNames.AttentionNorm(i)),
                    Matrix(Qkv(i)),
                    Matrix(Converted(TensorNames.AttentionOutput(i))),
                    Vector(TensorNames.FfnNorm(i)),
                    Matrix(GateUp(i)),
                    Matrix(Converted(TensorNames.Down(i))));
            }

            return new LlamaWeights(
                embedding, layers, Vector(TensorNames.OutputNorm),
                config.TiedEmbeddings ? embedding : Matrix(Converted(TensorNames.Output)));
        }
        catch
        {
            while (owned.TryPop(out IDisposable? item)) item.Dispose();
            throw;
        }
    }

    private IEnumerable<MatrixSource[]> AllWeights()
    {
        yield return [Embedding()];
        for (int i = 0; i < config.Layers; i++)
        {
            yield return Qkv(i);
            yield return [Converted(TensorNames.AttentionOutput(i))];
            yield return GateUp(i);
            yield return [Converted(TensorNames.Down(i))];
        }

        if (!config.TiedEmbeddings) yield return [Converted(TensorNames.Output)];
    }

    private MatrixSource Embedding() => Converted(TensorNames.Embedding);

    private MatrixSource[] Qkv(int layer) =>
    [
        SplitHalves(Converted(TensorNames.Query(layer))),
        SplitHalves(Converted(TensorNames.Key(layer))),
        Converted(TensorNames.Value(layer)),
    ];

    private MatrixSource[] GateUp(int layer) => [Converted(TensorNames.Gate(layer)), Converted(TensorNames.Up(layer))];

    private MatrixSource Converted(string name)
    {
        MatrixSource source = find(name);
        DType type = weightType is { } wanted ? FormatChoice.For(wanted, name, source.Width, config.TiedEmbeddings) : source.Type;
        return type == source.Type ? source : new ConvertedMatrix(path, name, source, type);
    }

    private MatrixSource SplitHalves(MatrixSource source) =>
        pairing == RotaryPairing.SplitHalves ? source : RotaryOrder.ToSplitHalves(source, config.HeadDim);

    private Tensor LoadVector(Backend backend, MatrixSource source)
    {
        var blocks = new byte[source.Bytes];
        source.ReadRows(0, 1, blocks);
        var values = new float[source.Width];
        WeightFormat.Of(source.Type).Dequantize(blocks, values);
        Tensor tensor = backend.Allocate(DType.F32, 1, config.Width);
        backend.Write(tensor, values);
        return tensor;
    }
}
