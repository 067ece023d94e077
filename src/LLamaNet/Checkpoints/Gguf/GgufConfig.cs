using LLamaNet.Architectures;

namespace LLamaNet.Checkpoints.Gguf;

// The hyper-parameters of a model in a GGUF file.
internal sealed class GgufConfig
{
    public const string ModelKind = "model";

    private static readonly string[] s_otherKinds = ["adapter", "imatrix", "mmproj", "vocab"];

    private readonly string _path;
    private readonly GgufMetadata _metadata;
    private readonly IReadOnlyDictionary<string, GgufTensor> _tensors;
    private readonly Architecture _architecture;
    private readonly GgufModelKeys _keys;

    private GgufConfig(
        string path, GgufMetadata metadata, IReadOnlyDictionary<string, GgufTensor> tensors, Architecture architecture)
    {
        _path = path;
        _metadata = metadata;
        _tensors = tensors;
        _architecture = architecture;
        _keys = new GgufModelKeys(architecture.GgufName);
    }

    public static Architecture ReadArchitecture(GgufMetadata metadata)
    {
        string expected = $"one of {string.Join(", ", Architecture.All.Select(known => known.GgufName).Distinct())}";
        string name = metadata.FindString(GgufKeys.Architecture) ?? throw metadata.Missing(GgufKeys.Architecture, expected);
        Architecture architecture = Architecture.OfGguf(name) ?? throw metadata.Error(GgufKeys.Architecture, expected, name);
        if (metadata.FindString(GgufKeys.Kind) is { } kind and not ModelKind)
        {
            if (s_otherKinds.Contains(kind)) throw metadata.Error(GgufKeys.Kind, ModelKind, kind);
            metadata.Warn(GgufKeys.Kind, $"{kind} is not known; read as {ModelKind}");
        }

        return architecture;
    }

    // tensors: all of the file, by name.
    public static LlamaConfig Read(string path, GgufMetadata metadata, IReadOnlyDictionary<string, GgufTensor> tensors) =>
        new GgufConfig(path, metadata, tensors, ReadArchitecture(metadata)).Read();

    // The keys that Read reads. Throws ModelFormatException, naming source, for what GGUF has no words for.
    public static IEnumerable<KeyValuePair<string, object>> Write(string source, LlamaConfig config, Architecture architecture)
    {
        if (!config.UnrotatedLayers.Equals(UnrotatedLayers(architecture, config.Layers)))
        {
            throw new ModelFormatException(
                source, "layers without rotation", "those that GGUF files imply, every fourth", $"{config.UnrotatedLayers}");
        }

        var keys = new GgufModelKeys(architecture.GgufName);
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
        if (config.SlidingWindow is { } window)
        {
            yield return new(keys.SlidingWindow, (uint)window);
            bool[] pattern = [.. Enumerable.Range(0, config.Layers).Select(layer => !config.FullAttentionLayers.Contains(layer))];
            if (config.FullAttentionLayers.Count > 0) yield return new(keys.SlidingWindowPattern, pattern);
        }

        if (architecture.HasMultipliers)
        {
            yield return new(keys.EmbeddingMultiplier, config.EmbeddingMultiplier);
            yield return new(keys.AttentionMultiplier, config.AttentionMultiplier ?? 0f);
            yield return new(keys.ResidualMultiplier, config.ResidualMultiplier);
            yield return new(keys.LogitsDivisor, config.LogitsDivisor);
        }

        foreach (KeyValuePair<string, object> pair in GgufRope.Write(keys, config)) yield return pair;
    }

    private LlamaConfig Read()
    {
        if (_metadata.FindInteger(_keys.Experts) is { } experts and not 0)
            throw _metadata.Error(_keys.Experts, "0, a model without experts", $"{experts}");

        string embedding = TensorNames.Gguf.Of(new TensorId(TensorRole.Embedding));
        string output = TensorNames.Gguf.Of(new TensorId(TensorRole.Output));
        int layers = Count(_keys.Layers, ConfigLimits.MaxLayers);
        int width = Count(_keys.Width), heads = CountOfLayers(_keys.Heads, layers);
        (int? window, LayerSet fullAttention) = Window(layers);
        var config = new LlamaConfig
        {
            Width = width,
            Layers = layers,
            Heads = heads,
            KvHeads = _metadata.Has(_keys.KvHeads) ? CountOfLayers(_keys.KvHeads, layers) : heads,
            HeadDim = HeadDim(width, heads),
            FfnWidth = CountOfLayers(_keys.FfnWidth, layers),
            VocabularySize = VocabularySize(embedding),
            ContextLength = Count(_keys.ContextLength),
            RmsNormEpsilon = _metadata.FindFloat(_keys.RmsNormEpsilon)
                ?? throw _metadata.Missing(_keys.RmsNormEpsilon, "a float"),
            RopeTheta = _metadata.FindFloat(_keys.RopeTheta) ?? 10000,
            UnrotatedLayers = UnrotatedLayers(_architecture, layers),
            SlidingWindow = window,
            FullAttentionLayers = fullAttention,
            QkvBias = _architecture.Biases == BiasUse.Qkv
                || HasBias(layers, TensorRole.Query, TensorRole.Key, TensorRole.Value),
            AttentionOutputBias = HasBias(layers, TensorRole.AttentionOutput),
            FfnBias = HasBias(layers, TensorRole.Gate, TensorRole.Up, TensorRole.Down),
            QueryKeyNorm = _architecture.HasQueryKeyNorm,
            EmbeddingMultiplier = Multiplier(_keys.EmbeddingMultiplier) ?? 1f,
            AttentionMultiplier = Multiplier(_keys.AttentionMultiplier),
            ResidualMultiplier = Multiplier(_keys.ResidualMultiplier) ?? 1f,
            LogitsDivisor = Multiplier(_keys.LogitsDivisor) ?? 1f,
            TiedEmbeddings = _tensors.ContainsKey(embedding) && !_tensors.ContainsKey(output),
        };
        var rope = new GgufRope(_path, _metadata, _tensors, _keys);
        config = config with { RopeDim = RopeDim(config.HeadDim) };
        config = config with { RopeScaling = rope.ReadScaling(config) };
        GgufForeignKeys.Check(_metadata, _keys.Architecture);
        return ConfigLimits.Check(_path, config, new ConfigKeys(
            _keys.Width, _keys.Layers, _keys.Heads, _keys.KvHeads, _keys.KeyLength, _keys.FfnWidth, _keys.VocabularySize,
            _keys.ContextLength, _keys.RmsNormEpsilon, _keys.RopeTheta, _keys.Scaling));
    }

    private int Count(string key, int most = ConfigLimits.MaxSize) => ConfigLimits.Count(
        _path, key, _metadata.FindInteger(key) ?? throw _metadata.Missing(key, $"1 to {most}"), most);

    private int CountOfLayers(string key, int layers) => ConfigLimits.Count(
        _path, key, _metadata.FindIntegerForLayers(key, layers) ?? throw _metadata.Missing(key, $"1 to {ConfigLimits.MaxSize}"));

    private int HeadDim(int width, int heads)
    {
        int headDim = _metadata.Has(_keys.KeyLength) ? Count(_keys.KeyLength, ConfigLimits.MaxHeadDim)
            : width % heads == 0
                ? ConfigLimits.Count(_path, $"{_keys.Width} / {_keys.Heads}", width / heads, ConfigLimits.MaxHeadDim)
                : throw _metadata.Error(_keys.Heads, $"a divisor of {_keys.Width} ({width})", $"{heads}");
        CheckHeadDim(_keys.ValueLength, headDim);
        return headDim;
    }

    private int? RopeDim(int headDim)
    {
        if (_architecture.RotatesPart && _metadata.FindInteger(_keys.RopeDimensions) is { } rotated)
            return ConfigLimits.RopeDim(_path, _keys.RopeDimensions, rotated, headDim);
        CheckHeadDim(_keys.RopeDimensions, headDim);
        return null;
    }

    private void CheckHeadDim(string key, int headDim)
    {
        if (_metadata.FindInteger(key) is { } length && length != headDim)
            throw _metadata.Error(key, $"{headDim}, the width of a head", $"{length}");
    }

    // Whether any layer has one: each of them is optional, as in llama.cpp.
    private bool HasBias(int layers, params TensorRole[] roles)
    {
        if (_architecture.Biases != BiasUse.Optional) return false;
        string[] missing =
        [
            .. from layer in Enumerable.Range(0, layers)
            from role in roles
            let name = TensorNames.Gguf.Of(new TensorId(role, layer, IsBias: true))
            where !_tensors.ContainsKey(name)
            select name,
        ];
        if (missing.Length == layers * roles.Length) return false;
        if (missing.Length > 0)
            _metadata.Warn(missing[0], $"no such tensor beside other biases ({missing.Length} are missing); 0 is taken");
        return true;
    }

    private static LayerSet UnrotatedLayers(Architecture architecture, int layers) =>
        architecture.UnrotatedInterval is { } interval
            ? new(Enumerable.Range(0, layers).Where(layer => (layer + 1) % interval == 0))
            : LayerSet.None;

    // 0 counts as absent.
    private float? Multiplier(string key) => _architecture.HasMultipliers && _metadata.FindFloat(key) is { } value and not 0f
        ? ConfigLimits.Positive(_path, key, value)
        : null;

    // 0 counts as absent. llama.cpp writes the key for phi3 alone; files of ours have it for other architectures too.
    private (int? Window, LayerSet FullAttention) Window(int layers)
    {
        if (_metadata.FindInteger(_keys.SlidingWindow) is not { } window || window == 0) return (null, LayerSet.None);
        bool[]? isWindowed = _metadata.FindArray<bool>(_keys.SlidingWindowPattern);
        if (isWindowed is not null && isWindowed.Length != layers)
            throw _metadata.Error(_keys.SlidingWindowPattern, $"{layers} truth values, one a layer", $"{isWindowed.Length}");
        var full = new LayerSet(Enumerable.Range(0, isWindowed is null ? 0 : layers).Where(layer => !isWindowed![layer]));
        return full.Count == layers ? (null, LayerSet.None) : (ConfigLimits.Count(_path, _keys.SlidingWindow, window), full);
    }

    // The embedding's rows, whatever the key says.
    private int VocabularySize(string embedding)
    {
        int? tokens = _metadata.FindArray<string>(GgufKeys.Tokens)?.Length;
        long? rows = _tensors.TryGetValue(embedding, out GgufTensor? tensor) && tensor.Shape.Count > 1 ? tensor.Shape[1] : null;
        long? declared = _metadata.FindInteger(_keys.VocabularySize);
        long size = rows ?? declared ?? tokens ?? throw _metadata.Missing(_keys.VocabularySize, "the number of tokens");
        if (declared is { } wrong && wrong != size)
            _metadata.Warn(_keys.VocabularySize, $"{wrong}, but {embedding} has {size} rows, which count");
        if (tokens > size)
            throw _metadata.Error(GgufKeys.Tokens, $"at most {size} tokens, the size of the vocabulary", $"{tokens}");
        return ConfigLimits.Count(_path, _keys.VocabularySize, size);
    }
}
