namespace LLamaNet;

/// <summary>A model does not fit into the memory of its device.</summary>
public sealed class DeviceOutOfMemoryException : Exception
{
    /// <summary>Says what is needed and what there is.</summary>
    /// <param name="device">The device in words.</param>
    /// <param name="plan">What is needed.</param>
    /// <param name="availableBytes">What there is.</param>
    public DeviceOutOfMemoryException(string device, MemoryPlan plan, long availableBytes)
        : base($"{device}: the model needs {Gib(plan.TotalBytes)} GiB (weights {Gib(plan.WeightBytes)}, "
            + $"key/value cache {Gib(plan.KvCacheBytes)}, scratch {Gib(plan.ScratchBytes)}) "
            + $"and {Gib(availableBytes)} GiB are available; {Advice(plan, availableBytes)}")
    {
        Plan = plan;
        AvailableBytes = availableBytes;
    }

    /// <summary>What is needed.</summary>
    public MemoryPlan Plan { get; }

    /// <summary>What there is, in bytes.</summary>
    public long AvailableBytes { get; }

    private static string Advice(MemoryPlan plan, long availableBytes) => plan.WeightBytes > availableBytes
        ? "use a smaller weight type"
        : "use a smaller weight type, a shorter context or F16 for the key/value cache";

    private static string Gib(long bytes) =>
        (bytes / (double)(1 << 30)).ToString("0.00", System.Globalization.CultureInfo.InvariantCulture);
}
