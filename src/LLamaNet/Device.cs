using System.Diagnostics.CodeAnalysis;
using LLamaNet.Loading;

namespace LLamaNet;

/// <summary>Where a model should run.</summary>
/// <param name="Kind">The kind of device.</param>
/// <param name="Ordinal">Which GPU, counted from 0; 0 for the CPU.</param>
public sealed record Device(DeviceKind Kind, int Ordinal = 0)
{
    internal const string AutoName = "auto";

    /// <summary>
    /// A GPU when there is a usable one, otherwise the CPU; <see cref="LlamaModel.Device"/> says which and why.
    /// </summary>
    public static Device Auto { get; } = new(DeviceKind.Auto);

    /// <summary>The CPU.</summary>
    public static Device Cpu { get; } = new(DeviceKind.Cpu);

    /// <summary>The texts that <see cref="TryParse"/> reads, with N for a number: "auto", "cpu", "cuda", "cuda:N".</summary>
    public static IReadOnlyList<string> Forms { get; } = [.. DeviceProviders.OfThisMachine.Forms];

    /// <summary>An NVIDIA GPU; loading fails when it cannot be used.</summary>
    /// <param name="ordinal">Which GPU, counted from 0.</param>
    public static Device Cuda(int ordinal = 0) => new(DeviceKind.Cuda, ordinal);

    /// <summary>Reads a device as people write it, such as "cuda:1"; case does not matter.</summary>
    /// <param name="text">One of the <see cref="Forms"/>.</param>
    /// <param name="device">The device; it need not be on this machine.</param>
    /// <returns>Whether the text names a device.</returns>
    public static bool TryParse(string? text, [NotNullWhen(true)] out Device? device)
    {
        device = text is null ? null : DeviceProviders.OfThisMachine.Find(text);
        return device is not null;
    }

    /// <summary>Lists the CPU and every GPU that the NVIDIA driver sees, or one entry that says why there is no GPU.</summary>
    /// <returns>The CPU first, then the GPUs by number.</returns>
    public static IReadOnlyList<DeviceDescription> List() => DeviceProviders.OfThisMachine.List();

    /// <summary>Reads how much memory is free on this device now; on that of <see cref="Auto"/>, the CPU.</summary>
    /// <returns>Bytes.</returns>
    /// <exception cref="DeviceException">Thrown when the device cannot be used.</exception>
    public long ReadFreeBytes() => DeviceProviders.OfThisMachine.ReadFreeBytes(this);

    /// <summary>Returns the device as <see cref="TryParse"/> reads it.</summary>
    /// <returns>Such as "cuda:1".</returns>
    public override string ToString() => DeviceProviders.OfThisMachine.NameOf(this);
}
