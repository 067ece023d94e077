namespace LLamaNet;

/// <summary>A device of this machine, or what keeps it from being one.</summary>
/// <param name="Device">What to give to <see cref="ModelOptions.Device"/>.</param>
/// <param name="Name">The device in words.</param>
/// <param name="MemoryBytes">All its memory; 0 where nothing is known of it.</param>
/// <param name="Refusal">Why no model can run on it; null where models can.</param>
public sealed record DeviceDescription(Device Device, string Name, long MemoryBytes, string? Refusal);
