namespace LLamaNet;

/// <summary>How a checkpoint is loaded.</summary>
public sealed record ModelOptions
{
    /// <summary>Where the model runs.</summary>
    public Device Device { get; init; } = Device.Auto;

    /// <summary>Format the matrices are converted to while loading; null keeps the checkpoint's.</summary>
    /// <remarks>Matrices whose width the format cannot hold fall back to a wider one: see <see cref="MemoryPlan"/>.</remarks>
    public DType? WeightType { get; init; }

    /// <summary>
    /// Tokens a sequence may hold, prompt and answer together; null: what the model was trained for, at most 4096.
    /// </summary>
    public int? ContextLength { get; init; }

    /// <summary>
    /// Format of the key/value cache: <see cref="DType.F32"/>, <see cref="DType.F16"/> or, on the CPU and with heads of a
    /// multiple of 32, <see cref="DType.Q8_0"/>; null: F16 on a GPU and for quantized matrices, F32 for others.
    /// </summary>
    public DType? KvCacheType { get; init; }

    /// <summary>Tokens that the key/value cache holds for all sequences together; null: one full context.</summary>
    public int? KvCacheTokens { get; init; }

    /// <summary>Sequences computed together in one batch; further requests wait.</summary>
    public int MaxSequences { get; init; } = 16;

    /// <summary>
    /// Prompt tokens computed in one step; a bound on memory and on the time between cancellation checks.
    /// Null: 256 on the CPU, 1024 on a GPU.
    /// </summary>
    public int? PrefillChunk { get; init; }

    /// <summary>CPU threads; null: the number of physical cores.</summary>
    public int? Threads { get; init; }

    /// <summary>Whether operations are timed, for <see cref="LlamaModel.TakeTrace"/>; a GPU is slower then.</summary>
    public bool Trace { get; init; }
}
