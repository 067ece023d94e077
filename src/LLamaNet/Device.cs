using LLamaNet.Backends.Cpu;
using LLamaNet.Backends.Cpu.Simd;
using LLamaNet.Backends.Cuda;
using LLamaNet.Backends.Cuda.Driver;

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

    /// <summary>The CPU and every GPU that the NVIDIA driver sees, or one entry that says why there is no GPU.</summary>
    /// <returns>The CPU first, then the GPUs by number.</returns>
    public static IReadOnlyList<DeviceDescription> List() => List(CudaDevices.Find(CudaDriver.Open));

    /// <summary>Memory that is free on this device now; on that of <see cref="Auto"/>, the CPU.</summary>
    /// <returns>Bytes.</returns>
    /// <exception cref="CudaException">The GPU cannot be used.</exception>
    public long ReadFreeBytes()
    {
        if (Kind != DeviceKind.Cuda) return CpuMemory.AvailableBytes();
        using var context = new CudaContext(CudaDriver.Open(), Ordinal);
        return context.FreeBytes;
    }

    internal static IReadOnlyList<DeviceDescription> List(CudaDevices gpus)
    {
        string cpu = $"{CpuTopology.PhysicalCores} cores, {SimdWidths.Describe(SimdWidths.Widest)}";
        var devices = new List<DeviceDescription> { new(Cpu, cpu, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes, null) };
        if (gpus.Refusal is not null) devices.Add(new DeviceDescription(Cuda(), "NVIDIA GPU", 0, gpus.Refusal));
        foreach (CudaDevice gpu in gpus.Found)
        {
            string name = $"{gpu.Name}, compute capability {gpu.ComputeCapability}, {gpu.Multiprocessors} multiprocessors, "
                + $"driver for CUDA {gpus.Driver}";
            devices.Add(new DeviceDescription(Cuda(gpu.Ordinal), name, gpu.TotalBytes, gpu.Refusal));
        }

        return devices;
    }
}
