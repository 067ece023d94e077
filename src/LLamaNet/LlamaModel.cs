using LLamaNet.Checkpoints;

namespace LLamaNet;

/// <summary>A loaded LLaMA model: the front door of the library.</summary>
/// <remarks>All members may be used from several threads at once; concurrent generations share one batch.</remarks>
public sealed class LlamaModel : IDisposable
{
    /// <summary>The hyper-parameters.</summary>
    public LlamaConfig Config => throw new NotImplementedException();

    /// <summary>Text to token ids and back.</summary>
    public LlamaTokenizer Tokenizer => throw new NotImplementedException();

    /// <summary>Where the model runs, and why there.</summary>
    public DeviceSelection Device => throw new NotImplementedException();

    /// <summary>The memory it takes.</summary>
    public MemoryPlan MemoryPlan => throw new NotImplementedException();

    /// <summary>Tokens that a sequence may hold, prompt and answer together.</summary>
    public int ContextLength => throw new NotImplementedException();

    /// <summary>Bytes of weights that one decoded token reads.</summary>
    public long WeightBytesPerToken => throw new NotImplementedException();

    /// <summary>Loads a checkpoint.</summary>
    /// <param name="path">A GGUF file (the first of a split one), a Hugging Face folder or a Meta folder.</param>
    /// <param name="options">How to load it.</param>
    /// <param name="progress">Told how many bytes were read.</param>
    /// <param name="cancellationToken">Stops loading.</param>
    /// <returns>The model; dispose it to free its memory.</returns>
    /// <exception cref="ModelFormatException">A file is broken or not supported.</exception>
    /// <exception cref="InsufficientMemoryException">The model does not fit.</exception>
    public static Task<LlamaModel> LoadAsync(
        string path, ModelOptions? options = null, IProgress<LoadProgress>? progress = null, CancellationToken cancellationToken = default) =>
        throw new NotImplementedException();

    /// <summary>Loads a checkpoint from a stream that holds a GGUF file, such as an embedded resource.</summary>
    /// <param name="gguf">A seekable stream; the model owns it.</param>
    /// <param name="name">What messages call it.</param>
    /// <param name="options">How to load it.</param>
    /// <param name="progress">Told how many bytes were read.</param>
    /// <param name="cancellationToken">Stops loading.</param>
    /// <returns>The model; dispose it to free its memory.</returns>
    public static Task<LlamaModel> LoadAsync(
        Stream gguf, string name, ModelOptions? options = null, IProgress<LoadProgress>? progress = null, CancellationToken cancellationToken = default) =>
        throw new NotImplementedException();

    /// <summary>A model with seeded random weights and no tokenizer: for measuring speed without a checkpoint.</summary>
    /// <param name="config">Its shape.</param>
    /// <param name="weightType">Format of its matrices.</param>
    /// <param name="seed">Seed of the weights.</param>
    /// <param name="options">Device, context, threads.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <returns>The model; dispose it to free its memory.</returns>
    public static Task<LlamaModel> CreateRandomAsync(
        LlamaConfig config, DType weightType, ulong seed, ModelOptions? options = null, CancellationToken cancellationToken = default) =>
        throw new NotImplementedException();

    /// <summary>Reads what a checkpoint holds without loading its weights.</summary>
    /// <param name="path">A GGUF or safetensors file, a Hugging Face folder or a Meta folder.</param>
    /// <returns>Configuration, tokenizer, tensors.</returns>
    /// <exception cref="ModelFormatException">A file is broken or not supported.</exception>
    public static CheckpointSummary Inspect(string path) => CheckpointReader.Inspect(path);

    /// <summary>Loads a tokenizer alone.</summary>
    /// <param name="path">A checkpoint, a GGUF file that holds a vocabulary alone, a tokenizer.model or a tokenizer.json.</param>
    /// <returns>The tokenizer.</returns>
    /// <exception cref="ModelFormatException">The file is broken or holds no tokenizer.</exception>
    public static LlamaTokenizer LoadTokenizer(string path) => CheckpointReader.ReadTokenizer(path);

    /// <summary>Converts a checkpoint to one GGUF file with its matrices in another format.</summary>
    /// <param name="source">Any checkpoint.</param>
    /// <param name="destination">The GGUF file to write; it appears whole or not at all.</param>
    /// <param name="type">F16, Q8_0, Q4_0, Q4_1, Q5_0, Q5_1, Q4_K, Q5_K or Q6_K.</param>
    /// <param name="progress">Told how many bytes of the source were read.</param>
    /// <param name="cancellationToken">Stops the work and removes the unfinished file.</param>
    /// <returns>A task that ends when the file is complete.</returns>
    /// <exception cref="ModelFormatException">The source is broken or not supported.</exception>
    public static Task QuantizeAsync(
        string source, string destination, DType type, IProgress<LoadProgress>? progress = null, CancellationToken cancellationToken = default) =>
        throw new NotImplementedException();

    /// <summary>Memory a model of this shape takes.</summary>
    /// <param name="config">The hyper-parameters.</param>
    /// <param name="weightType">Format of its matrices.</param>
    /// <param name="options">Context, cache format, batch.</param>
    /// <returns>The plan.</returns>
    public static MemoryPlan Plan(LlamaConfig config, DType weightType, ModelOptions? options = null) => throw new NotImplementedException();

    /// <summary>Continues a text.</summary>
    /// <param name="prompt">The text; BOS is added where the tokenizer's files say so.</param>
    /// <param name="options">Sampling and limits.</param>
    /// <param name="cancellationToken">Ends the generation within one step.</param>
    /// <returns>Parts as they are generated; the last carries the result.</returns>
    public IAsyncEnumerable<GeneratedPart> GenerateAsync(
        string prompt, GenerationOptions? options = null, CancellationToken cancellationToken = default) =>
        throw new NotImplementedException();

    /// <summary>Continues a sequence of token ids.</summary>
    /// <param name="promptTokens">At least one id; used as they are.</param>
    /// <param name="options">Sampling and limits.</param>
    /// <param name="cancellationToken">Ends the generation within one step.</param>
    /// <returns>Parts as they are generated; the last carries the result.</returns>
    public IAsyncEnumerable<GeneratedPart> GenerateAsync(
        IReadOnlyList<int> promptTokens, GenerationOptions? options = null, CancellationToken cancellationToken = default) =>
        throw new NotImplementedException();

    /// <summary>Computes logits without generating.</summary>
    /// <param name="tokens">At least one id, at most <see cref="ContextLength"/>.</param>
    /// <param name="visit">Called with each wanted position, in order, and its logits; the span is valid during the call only.</param>
    /// <param name="firstPosition">First position whose logits are wanted; the last position's always are.</param>
    /// <param name="cancellationToken">Stops within one step.</param>
    /// <returns>A task that ends after the last position.</returns>
    public Task ComputeLogitsAsync(
        IReadOnlyList<int> tokens, LogitsVisitor visit, int firstPosition = 0, CancellationToken cancellationToken = default) =>
        throw new NotImplementedException();

    /// <summary>Ends running generations and frees the model's memory.</summary>
    public void Dispose() => throw new NotImplementedException();
}
