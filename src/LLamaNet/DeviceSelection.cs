namespace LLamaNet;

/// <summary>The device a model runs on.</summary>
/// <param name="Kind">CPU or GPU, never <see cref="DeviceKind.Auto"/>.</param>
/// <param name="Name">The device in words, with threads and instruction set or the GPU's name.</param>
/// <param name="Reason">Why this device was chosen.</param>
public sealed record DeviceSelection(DeviceKind Kind, string Name, string Reason);
