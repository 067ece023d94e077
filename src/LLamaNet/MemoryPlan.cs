namespace LLamaNet;

/// <summary>Memory that a model takes on its device, known before the first weight is read.</summary>
/// <param name="WeightBytes">Matrices in the device's layout, and norms.</param>
/// <param name="KvCacheBytes">Keys and values of all sequences.</param>
/// <param name="ScratchBytes">Activations, logits and tables of one step.</param>
public sealed record MemoryPlan(long WeightBytes, long KvCacheBytes, long ScratchBytes)
{
    /// <summary>The kind of device it is for, never <see cref="DeviceKind.Auto"/>.</summary>
    public required DeviceKind Device { get; init; }

    /// <summary>Tokens that a sequence may hold, prompt and answer together.</summary>
    public required int ContextLength { get; init; }

    /// <summary>The format of the key/value cache.</summary>
    public required DType KvCacheType { get; init; }

    /// <summary>Everything together.</summary>
    public long TotalBytes => WeightBytes + KvCacheBytes + ScratchBytes;
}
