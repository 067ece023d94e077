namespace LLamaNet;

/// <summary>Memory that a model takes on its device, known before the first weight is read.</summary>
/// <param name="WeightBytes">Matrices in the device's layout, and norms.</param>
/// <param name="KvCacheBytes">Keys and values of all sequences.</param>
/// <param name="ScratchBytes">Activations, logits and tables of one step.</param>
public sealed record MemoryPlan(long WeightBytes, long KvCacheBytes, long ScratchBytes)
{
    /// <summary>Everything together.</summary>
    public long TotalBytes => WeightBytes + KvCacheBytes + ScratchBytes;
}
