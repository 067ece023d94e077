namespace LLamaNet;

/// <summary>Where a model should run.</summary>
/// <param name="Kind">The kind of device.</param>
/// <param name="Ordinal">Which GPU, counted from 0; 0 for the CPU.</param>
public sealed record Device(DeviceKind Kind, int Ordinal = 0)
{
    /// <summary>A GPU when there is a usable one, otherwise the CPU; <see cref="LlamaModel.Device"/> says which and why.</summary>
    public static Device Auto { get; } = new(DeviceKind.Auto);

    /// <summary>The CPU.</summary>
    public static Device Cpu { get; } = new(DeviceKind.Cpu);

    /// <summary>An NVIDIA GPU; loading fails when it cannot be used.</summary>
    /// <param name="ordinal">Which GPU, counted from 0.</param>
    public static Device Cuda(int ordinal = 0) => new(DeviceKind.Cuda, ordinal);
}
