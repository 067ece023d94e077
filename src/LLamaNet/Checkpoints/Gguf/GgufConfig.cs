using LLamaNet.Architectures;

namespace LLamaNet.Checkpoints.Gguf;

// The hyper-parameters of a model in a GGUF file.
internal sealed class GgufConfig
{
    public const string Architecture = "llama";
    public const string ModelKind = "model";

    private readonly string _path;
    private readonly GgufMetadata _metadata;
    private readonly IReadOnlyDictionary<string, GgufTensor> _tensors;
    private readonly GgufModelKeys _keys;

    private GgufConfig(string path, GgufMetadata metadata, IReadOnlyDictionary<string, GgufTensor> tensors, string architecture)
    {
        _path = path;
        _metadata = metadata;
        _tensors = tensors;
        _keys = new GgufModelKeys(architecture);
    }

    // tensors: all of the file, by name.
    public static LlamaConfig Read(string path, GgufMetadata metadata, IReadOnlyDictionary<string, GgufTensor> tensors)
    {
        string architecture = metadata.FindString(GgufKeys.Architecture)
            ?? throw metadata.Missing(GgufKeys.Architecture, Architecture);
        if (architecture != Architecture) throw metadata.Error(GgufKeys.Architecture, Architecture, architecture);
        if (metadata.FindString(GgufKeys.Kind) is { } kind and not ModelKind)
            throw metadata.Error(GgufKeys.Kind, ModelKind, kind);
        return new GgufConfig(path, metadata, tensors, architecture).Read();
    }

    // The keys that Read reads, but for the scaling of rotations: GgufRope writes those.
    public static IEnumerable<KeyValuePair<string, object>> Write(LlamaConfig config)
    {
        var keys = new GgufModelKeys(Architecture);
        yield return new(keys.VocabularySize, (uint)config.VocabularySize);
        yield return new(keys.ContextLength, (uint)config.ContextLength);
        yield return new(keys.Width, (uint)config.Width);
        yield return new(keys.Layers, (uint)config.Layers);
        yield return new(keys.FfnWidth, (uint)config.FfnWidth);
        yield return new(keys.Heads, (uint)config.Heads);
        yield return new(keys.KvHeads, (uint)config.KvHeads);
        yield return new(keys.KeyLength, (uint)config.HeadDim);
        yield return new(keys.ValueLength, (uint)config.HeadDim);
        yield return new(keys.RmsNormEpsilon, config.RmsNormEpsilon);
        yield return new(keys.RopeDimensions, (uint)config.HeadDim);
        yield return new(keys.RopeTheta, config.RopeTheta);
        foreach (KeyValuePair<string, object> pair in GgufRope.Write(keys, config)) yield return pair;
    }

    private LlamaConfig Read()
    {
        if (_metadata.FindInteger(_keys.Experts) is { } experts and not 0)
            throw _metadata.Error(_keys.Experts, "0, a model without experts", $"{experts}");

        string embedding = TensorNames.Gguf.Of(new TensorId(TensorRole.Embedding));
        string output = TensorNames.Gguf.Of(new TensorId(TensorRole.Output));
        int width = Count(_keys.Width), heads = Count(_keys.Heads);
        var config = new LlamaConfig
        {
            Width = width,
            Layers = Count(_keys.Layers, ConfigLimits.MaxLayers),
            Heads = heads,
            KvHeads = _metadata.Values.ContainsKey(_keys.KvHeads) ? Count(_keys.KvHeads) : heads,
            HeadDim = HeadDim(width, heads),
            FfnWidth = Count(_keys.FfnWidth),
            VocabularySize = VocabularySize(embedding),
            ContextLength = Count(_keys.ContextLength),
            RmsNormEpsilon = _metadata.FindFloat(_keys.RmsNormEpsilon)
                ?? throw _metadata.Missing(_keys.RmsNormEpsilon, "a float"),
            RopeTheta = _metadata.FindFloat(_keys.RopeTheta) ?? 10000,
            TiedEmbeddings = _tensors.ContainsKey(embedding) && !_tensors.ContainsKey(output),
        };
        var rope = new GgufRope(_path, _metadata, _tensors, _keys);
        return ConfigLimits.Check(_path, config with { RopeScaling = rope.ReadScaling(config) }, new ConfigKeys(
            _keys.Width, _keys.Layers, _keys.Heads, _keys.KvHeads, _keys.KeyLength, _keys.FfnWidth, _keys.VocabularySize,
            _keys.ContextLength, _keys.RmsNormEpsilon, _keys.RopeTheta, _keys.Scaling));
    }

    private int Count(string key, int most = ConfigLimits.MaxSize) => ConfigLimits.Count(
        _path, key, _metadata.FindInteger(key) ?? throw _metadata.Missing(key, $"1 to {most}"), most);

    private int HeadDim(int width, int heads)
    {
        int headDim = _metadata.Values.ContainsKey(_keys.KeyLength) ? Count(_keys.KeyLength, ConfigLimits.MaxHeadDim)
            : width % heads == 0
                ? ConfigLimits.Count(_path, $"{_keys.Width} / {_keys.Heads}", width / heads, ConfigLimits.MaxHeadDim)
                : throw _metadata.Error(_keys.Heads, $"a divisor of {_keys.Width} ({width})", $"{heads}");
        foreach (string key in (string[])[_keys.ValueLength, _keys.RopeDimensions])
        {
            if (_metadata.FindInteger(key) is { } length && length != headDim)
                throw _metadata.Error(key, $"{headDim}, the width of a head", $"{length}");
        }

        return headDim;
    }

    private int VocabularySize(string embedding)
    {
        int? tokens = _metadata.FindArray<string>(GgufKeys.Tokens)?.Length;
        long size = _metadata.FindInteger(_keys.VocabularySize) ?? tokens
            ?? (_tensors.TryGetValue(embedding, out GgufTensor? tensor) && tensor.Shape.Count > 1
                ? tensor.Shape[1]
                : throw _metadata.Missing(_keys.VocabularySize, "the number of tokens"));
        if (tokens > size)
            throw _metadata.Error(GgufKeys.Tokens, $"at most {size} tokens, the size of the vocabulary", $"{tokens}");
        return ConfigLimits.Count(_path, _keys.VocabularySize, size);
    }
}
