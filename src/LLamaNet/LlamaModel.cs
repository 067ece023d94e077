using LLamaNet.Architectures.Mixes;
using LLamaNet.Backends;
using LLamaNet.Backends.Tracing;
using LLamaNet.Checkpoints;
using LLamaNet.Checkpoints.Gguf;
using LLamaNet.Engine;
using LLamaNet.Loading;
using LLamaNet.Models;

namespace LLamaNet;

/// <summary>A loaded LLaMA model: the front door of the library.</summary>
/// <remarks>All members may be used from several threads at once; concurrent generations share one batch.</remarks>
public sealed class LlamaModel : IDisposable, IAsyncDisposable
{
    private readonly Transformer _transformer;
    private readonly Scheduler _scheduler;
    private readonly Generator _generator;
    private readonly TokenizerSource _tokenizer;
    private readonly TraceRecorder? _trace;
    private readonly TraceOutput? _traceOutput;
    private int _isDisposed;

    private LlamaModel(LoadedModel loaded)
    {
        _transformer = loaded.Transformer;
        _tokenizer = loaded.Tokenizer;
        ModelLimits limits = loaded.Limits;
        ContextLength = limits.ContextLength;
        PrefillChunk = limits.PrefillChunk;
        KvCacheBytesPerToken = KvCache.Bytes(Config, limits.KvCacheType, KvLayer.PageLength) / KvLayer.PageLength;
        Device = loaded.Device;
        MemoryPlan = loaded.Plan;
        Warnings = loaded.Warnings;
        (_trace, _traceOutput) = (loaded.Trace, loaded.TraceOutput);
        _scheduler = new Scheduler(
            _transformer, new SchedulerLimits(limits.ContextLength, limits.MaxSequences, limits.PrefillChunk));
        _generator = new Generator(_scheduler, _tokenizer.Tokenizer, new GenerationOptions
        {
            Temperature = loaded.Defaults.Temperature,
            TopK = loaded.Defaults.TopK,
            TopP = loaded.Defaults.TopP,
            RepetitionPenalty = loaded.Defaults.RepetitionPenalty,
        });
    }

    /// <summary>The hyper-parameters.</summary>
    public LlamaConfig Config => _transformer.Config;

    /// <summary>Text to token ids and back.</summary>
    /// <exception cref="InvalidOperationException">
    /// Thrown when the model has no tokenizer, or one that cannot be used.
    /// </exception>
    public ModelTokenizer Tokenizer => _tokenizer.Tokenizer ?? throw new InvalidOperationException(_tokenizer.Problem);

    /// <summary>Whether there is a <see cref="Tokenizer"/>: not for random weights, nor for a checkpoint without one.</summary>
    public bool HasTokenizer => _tokenizer.Tokenizer is not null;

    /// <summary>Where the model runs, and why there.</summary>
    public DeviceSelection Device { get; }

    /// <summary>The memory it takes.</summary>
    public MemoryPlan MemoryPlan { get; }

    /// <summary>
    /// What the checkpoint's files leave out or say wrongly, and what is taken instead: a line each, with the file first.
    /// </summary>
    public IReadOnlyList<string> Warnings { get; }

    /// <summary>Tokens that a sequence may hold, prompt and answer together.</summary>
    public int ContextLength { get; }

    /// <summary>Prompt tokens computed in one step.</summary>
    public int PrefillChunk { get; }

    /// <summary>Bytes of weights that one decoded token reads.</summary>
    public long WeightBytesPerToken => _transformer.Weights.BytesPerToken;

    /// <summary>
    /// Bytes of keys and values that one position of a sequence takes: a decoded token reads those of all before it.
    /// </summary>
    public long KvCacheBytesPerToken { get; }

    /// <summary>
    /// Products with weights, each added to a sum, that one decoded token takes: one for every weight of every matrix, those of
    /// the logits (vocabulary times width) included. Attention is left out: it grows with the context.
    /// </summary>
    public long MultiplyAddsPerToken => _transformer.Weights.MultiplyAddsPerToken;

    /// <summary>Loads a checkpoint.</summary>
    /// <remarks>
    /// A model whose tokenizer is missing or cannot be used loads as well, and takes token ids: see
    /// <see cref="HasTokenizer"/>. Nothing then ends a generation but its limits.
    /// </remarks>
    /// <param name="path">A GGUF file (the first of a split one), a Hugging Face folder or a Meta folder.</param>
    /// <param name="options">How to load it.</param>
    /// <param name="progress">Told how many bytes were read.</param>
    /// <param name="cancellationToken">Stops loading.</param>
    /// <returns>The model; dispose it to free its memory.</returns>
    /// <exception cref="ModelFormatException">Thrown when a file is broken or not supported.</exception>
    /// <exception cref="FileNotFoundException">Thrown when there is nothing at the path.</exception>
    /// <exception cref="DeviceOutOfMemoryException">Thrown when the model does not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException">Thrown when an option is out of range.</exception>
    public static Task<LlamaModel> LoadAsync(
        string path, ModelOptions? options = null, IProgress<LoadProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return LoadAsync(path, DeviceProviders.OfThisMachine, options, progress, cancellationToken);
    }

    /// <summary>Loads a checkpoint from a stream that holds a GGUF file, such as an embedded resource.</summary>
    /// <param name="gguf">A seekable stream; it is disposed when loading ends.</param>
    /// <param name="name">What messages call it.</param>
    /// <param name="options">How to load it.</param>
    /// <param name="progress">Told how many bytes were read.</param>
    /// <param name="cancellationToken">Stops loading.</param>
    /// <returns>The model; dispose it to free its memory.</returns>
    /// <exception cref="ModelFormatException">Thrown when the stream holds no LLaMA model, or a broken one.</exception>
    /// <exception cref="DeviceOutOfMemoryException">Thrown when the model does not fit.</exception>
    public static Task<LlamaModel> LoadAsync(
        Stream gguf, string name, ModelOptions? options = null, IProgress<LoadProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(gguf);
        var loader = new ModelLoader(DeviceProviders.OfThisMachine, options ?? new(), progress, cancellationToken);
        return Task.Run(() => new LlamaModel(loader.Load(CheckpointReader.Open(gguf, name))), cancellationToken);
    }

    /// <summary>Creates a model of seeded random weights without a tokenizer, to measure speed without a checkpoint.</summary>
    /// <param name="config">Its shape.</param>
    /// <param name="weightType">Format of its matrices.</param>
    /// <param name="seed">Seed of the weights.</param>
    /// <param name="options">Device, context, threads.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <returns>The model; dispose it to free its memory.</returns>
    /// <exception cref="DeviceOutOfMemoryException">Thrown when the model does not fit.</exception>
    public static Task<LlamaModel> CreateRandomAsync(
        LlamaConfig config, DType weightType, ulong seed, ModelOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(config);
        ConfigLimits.CheckArgument(config);
        return CreateRandomAsync(config, weightType, seed, DeviceProviders.OfThisMachine, options, cancellationToken);
    }

    /// <summary>Reads what a checkpoint holds without loading its weights.</summary>
    /// <param name="path">A GGUF or safetensors file, a Hugging Face folder or a Meta folder.</param>
    /// <returns>Configuration, tokenizer, tensors.</returns>
    /// <exception cref="ModelFormatException">Thrown when a file is broken or not supported.</exception>
    /// <exception cref="FileNotFoundException">Thrown when there is nothing at the path.</exception>
    public static CheckpointSummary Inspect(string path) => CheckpointReader.Inspect(path);

    /// <summary>Loads a tokenizer alone.</summary>
    /// <param name="path">A checkpoint, a GGUF file that holds a vocabulary alone, a tokenizer.model or a tokenizer.json.</param>
    /// <returns>The tokenizer.</returns>
    /// <exception cref="ModelFormatException">Thrown when the file is broken or holds no tokenizer.</exception>
    /// <exception cref="FileNotFoundException">Thrown when there is nothing at the path.</exception>
    public static ModelTokenizer LoadTokenizer(string path) => CheckpointReader.ReadTokenizer(path);

    /// <summary>Lists the names of the mixes that <see cref="QuantizeAsync"/> writes, such as Q4_K_M and Q8_0.</summary>
    public static IReadOnlyList<string> QuantizeTypes => QuantizationMix.Names;

    /// <summary>Converts a checkpoint to one GGUF file with its matrices in another format.</summary>
    /// <param name="source">Any checkpoint.</param>
    /// <param name="destination">The GGUF file to write; it appears whole or not at all.</param>
    /// <param name="type">One of <see cref="QuantizeTypes"/>, in any case; each tensor gets llama.cpp's choice for it.</param>
    /// <param name="overwrite">Whether a file at the destination is replaced.</param>
    /// <param name="progress">Told how many bytes of the source were read.</param>
    /// <param name="cancellationToken">Stops the work and removes the unfinished file.</param>
    /// <returns>When the file is complete: what is odd about the source, as <see cref="Warnings"/>.</returns>
    /// <exception cref="ModelFormatException">Thrown when the source is broken or not supported.</exception>
    /// <exception cref="ArgumentException">
    /// Thrown when the type is not one of those, or the destination is a file of the source.
    /// </exception>
    /// <exception cref="IOException">Thrown when the destination exists and is not to be replaced.</exception>
    public static Task<IReadOnlyList<string>> QuantizeAsync(
        string source, string destination, string type, bool overwrite = false, IProgress<LoadProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(source);
        ArgumentException.ThrowIfNullOrEmpty(destination);
        ArgumentException.ThrowIfNullOrEmpty(type);
        QuantizationMix mix = QuantizationMix.TryFind(type) ?? throw new ArgumentOutOfRangeException(
            nameof(type), type, $"Files are written as {string.Join(", ", QuantizeTypes)}.");
        return Task.Run(
            () =>
            {
                if (!overwrite && File.Exists(destination)) throw new IOException($"{destination} exists already.");
                using Checkpoint checkpoint = CheckpointReader.Open(source);
                GgufConversion.Write(checkpoint, destination, mix, progress, cancellationToken);
                return checkpoint.Warnings.All;
            },
            cancellationToken);
    }

    /// <summary>Computes the memory that loading a checkpoint with these options takes, to the byte.</summary>
    /// <remarks>
    /// <see cref="LLamaNet.Device.Auto"/> plans for the GPU when one can be used.
    /// Loading takes the CPU when the GPU is too small.
    /// </remarks>
    /// <param name="path">Any checkpoint; its weights are not read.</param>
    /// <param name="options">How it is to be loaded. A device that is named need not be here.</param>
    /// <returns>The plan.</returns>
    /// <exception cref="ModelFormatException">Thrown when a file is broken or not supported.</exception>
    /// <exception cref="FileNotFoundException">Thrown when there is nothing at the path.</exception>
    /// <exception cref="ArgumentOutOfRangeException">Thrown when an option is out of range.</exception>
    public static MemoryPlan Plan(string path, ModelOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        options ??= new();
        using Checkpoint checkpoint = CheckpointReader.Open(path);
        return ModelPlan.Of(ModelSource.Of(checkpoint, options.WeightType), options, DeviceProviders.OfThisMachine).Memory;
    }

    /// <summary>Computes the memory that a model of this shape takes, to the byte.</summary>
    /// <param name="config">The hyper-parameters.</param>
    /// <param name="weightType">Format of its matrices.</param>
    /// <param name="options">How it is to be loaded. A device that is named need not be here.</param>
    /// <returns>The plan.</returns>
    /// <exception cref="ArgumentOutOfRangeException">Thrown when an option is out of range.</exception>
    public static MemoryPlan Plan(LlamaConfig config, DType weightType, ModelOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(config);
        ConfigLimits.CheckArgument(config);
        return ModelPlan.Of(ModelSource.Shapes(config, weightType), options ?? new(), DeviceProviders.OfThisMachine).Memory;
    }

    /// <summary>Continues a text.</summary>
    /// <param name="prompt">The text; BOS is added where the tokenizer's files say so.</param>
    /// <param name="options">Sampling and limits.</param>
    /// <param name="progress">Told how many prompt tokens are computed, after each chunk.</param>
    /// <param name="cancellationToken">Ends the generation within one step.</param>
    /// <returns>Parts as they are generated; the last carries the result.</returns>
    /// <exception cref="ArgumentException">
    /// Thrown when the prompt is empty or longer than the context, or an option is out of range.
    /// </exception>
    /// <exception cref="InvalidOperationException">
    /// Thrown when the model has no <see cref="Tokenizer"/>, or one that cannot be used.
    /// </exception>
    /// <exception cref="NonFiniteLogitsException">
    /// Thrown while the parts are read when the model computes infinities or NaN.
    /// </exception>
    public IAsyncEnumerable<GeneratedPart> GenerateAsync(
        string prompt, GenerationOptions? options = null, IProgress<PrefillProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        IReadOnlyList<int> tokens = Tokenizer.Encode(
            prompt, addSpecial: true, parseSpecial: options?.ParseSpecialTokens ?? false);
        return GenerateAsync(tokens, options, progress, cancellationToken);
    }

    /// <summary>Continues a sequence of token ids.</summary>
    /// <param name="promptTokens">At least one id; used as they are.</param>
    /// <param name="options">Sampling and limits.</param>
    /// <param name="progress">Told how many prompt tokens are computed, after each chunk.</param>
    /// <param name="cancellationToken">Ends the generation within one step.</param>
    /// <returns>Parts as they are generated; the last carries the result.</returns>
    /// <exception cref="ArgumentException">
    /// Thrown when the prompt is empty or longer than the context, or an option is out of range.
    /// </exception>
    /// <exception cref="NonFiniteLogitsException">
    /// Thrown while the parts are read when the model computes infinities or NaN.
    /// </exception>
    public IAsyncEnumerable<GeneratedPart> GenerateAsync(
        IReadOnlyList<int> promptTokens, GenerationOptions? options = null, IProgress<PrefillProgress>? progress = null,
        CancellationToken cancellationToken = default) =>
        _generator.GenerateAsync(promptTokens, options ?? new GenerationOptions(), progress, cancellationToken);

    /// <summary>Continues a text and returns it whole.</summary>
    /// <param name="prompt">The text; BOS is added where the tokenizer's files say so.</param>
    /// <param name="options">Sampling and limits.</param>
    /// <param name="progress">Told how many prompt tokens are computed, after each chunk.</param>
    /// <param name="cancellationToken">Ends the generation within one step.</param>
    /// <returns>The continuation, without the prompt.</returns>
    /// <exception cref="ArgumentException">
    /// Thrown when the prompt is empty or longer than the context, or an option is out of range.
    /// </exception>
    /// <exception cref="InvalidOperationException">
    /// Thrown when the model has no <see cref="Tokenizer"/>, or one that cannot be used.
    /// </exception>
    /// <exception cref="NonFiniteLogitsException">Thrown when the model computes infinities or NaN.</exception>
    public async Task<GenerationResult> CompleteAsync(
        string prompt, GenerationOptions? options = null, IProgress<PrefillProgress>? progress = null,
        CancellationToken cancellationToken = default) =>
        await LastAsync(GenerateAsync(prompt, options, progress, cancellationToken)).ConfigureAwait(false);

    /// <summary>Continues a sequence of token ids and returns the continuation whole.</summary>
    /// <param name="promptTokens">At least one id; used as they are.</param>
    /// <param name="options">Sampling and limits.</param>
    /// <param name="progress">Told how many prompt tokens are computed, after each chunk.</param>
    /// <param name="cancellationToken">Ends the generation within one step.</param>
    /// <returns>The continuation, without the prompt.</returns>
    /// <exception cref="ArgumentException">
    /// Thrown when the prompt is empty or longer than the context, or an option is out of range.
    /// </exception>
    /// <exception cref="NonFiniteLogitsException">Thrown when the model computes infinities or NaN.</exception>
    public async Task<GenerationResult> CompleteAsync(
        IReadOnlyList<int> promptTokens, GenerationOptions? options = null, IProgress<PrefillProgress>? progress = null,
        CancellationToken cancellationToken = default) =>
        await LastAsync(GenerateAsync(promptTokens, options, progress, cancellationToken)).ConfigureAwait(false);

    /// <summary>Computes logits without generating.</summary>
    /// <param name="tokens">At least one id, at most <see cref="ContextLength"/>.</param>
    /// <param name="visit">
    /// Called with each wanted position, in order, and its logits; the span is valid during the call only. It runs on the
    /// thread that decodes, which waits for it; what it asks of this model fails with an
    /// <see cref="InvalidOperationException"/>.
    /// </param>
    /// <param name="firstPosition">First position whose logits are wanted.</param>
    /// <param name="cancellationToken">Stops within one step.</param>
    /// <returns>A task that ends after the last position.</returns>
    /// <exception cref="ArgumentException">
    /// Thrown when there are no tokens or too many, or an id is outside the vocabulary.
    /// </exception>
    public Task ComputeLogitsAsync(
        IReadOnlyList<int> tokens, LogitsVisitor visit, int firstPosition = 0, CancellationToken cancellationToken = default) =>
        _generator.ComputeLogitsAsync(tokens, visit, firstPosition, cancellationToken);

    /// <summary>
    /// Takes the times of all operations since the last call, or since loading: see <see cref="ModelOptions.Trace"/>.
    /// </summary>
    /// <returns>The trace; null for a model that was loaded without one.</returns>
    public StepTrace? TakeTrace() => _trace?.Take();

    /// <summary>Ends running generations and frees the model's memory.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0) return;
        _scheduler.Dispose();
        _transformer.Dispose();
        _traceOutput?.Write(_trace!.Take());
    }

    /// <summary>As <see cref="Dispose"/>, without holding up the caller's thread for the step that is under way.</summary>
    /// <returns>A task that ends when the memory is freed.</returns>
    public ValueTask DisposeAsync() => new(Task.Run(Dispose));

    // Device memory held now: what the plan said.
    internal long AllocatedBytes => _transformer.AllocatedBytes;

    private static async Task<GenerationResult> LastAsync(IAsyncEnumerable<GeneratedPart> parts)
    {
        GenerationResult? result = null;
        await foreach (GeneratedPart part in parts.ConfigureAwait(false)) result = part.Result;
        return result!;
    }

    // As the public ones, on devices that a test may bring.
    internal static Task<LlamaModel> LoadAsync(
        string path, DeviceProviders devices, ModelOptions? options = null, IProgress<LoadProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        var loader = new ModelLoader(devices, options ?? new(), progress, cancellationToken);
        return Task.Run(() => new LlamaModel(loader.Load(CheckpointReader.Open(path))), cancellationToken);
    }

    internal static Task<LlamaModel> CreateRandomAsync(
        LlamaConfig config, DType weightType, ulong seed, DeviceProviders devices, ModelOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        var loader = new ModelLoader(devices, options ?? new(), progress: null, cancellationToken);
        return Task.Run(() => new LlamaModel(loader.Load(ModelSource.Random(config, weightType, seed))), cancellationToken);
    }
}
