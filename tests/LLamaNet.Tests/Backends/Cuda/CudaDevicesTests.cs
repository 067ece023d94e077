using LLamaNet.Backends.Cuda;
using LLamaNet.Backends.Cuda.Driver;
using LLamaNet.PtxInterpreter;
using Xunit;

namespace LLamaNet.Tests.Backends.Cuda;

public class CudaDevicesTests
{
    [Fact]
    public void Every_device_is_listed_with_why_it_is_refused()
    {
        using var machine = new PtxDriver(new()
        {
            DriverVersion = 12080,
            Devices =
            [
                new PtxDevice("Turing", 7, 5) { MemoryBytes = 1 << 20 },
                new PtxDevice("Ampere", 8, 6) { MemoryBytes = 2 << 20, Multiprocessors = 12 },
                new PtxDevice("Hopper", 9) { IsProhibited = true },
            ],
        });
        IReadOnlyList<DeviceDescription> devices = Device.List(CudaDevices.Find(() => new CudaDriver(machine.Find)));
        Assert.Equal(4, devices.Count);
        Assert.Equal((Device.Cpu, null), (devices[0].Device, devices[0].Refusal));
        Assert.Equal(
            new DeviceDescription(
                Device.Cuda(0), "Turing, compute capability 7.5, 4 multiprocessors, driver for CUDA 12.8", 1 << 20,
                "its compute capability is 7.5 and 8.0 (Ampere) or newer is needed"),
            devices[1]);
        Assert.Equal(
            new DeviceDescription(
                Device.Cuda(1), "Ampere, compute capability 8.6, 12 multiprocessors, driver for CUDA 12.8", 2 << 20, null),
            devices[2]);
        Assert.Equal("its compute mode forbids use (nvidia-smi -c 0 allows it)", devices[3].Refusal);
        Assert.Empty(machine.Leaks);
    }

    [Fact]
    public void A_machine_without_a_driver_lists_why()
    {
        CudaDevices found = CudaDevices.Find(() => throw new CudaException("no driver"));
        Assert.Empty(found.Found);
        IReadOnlyList<DeviceDescription> devices = Device.List(found);
        Assert.Equal(2, devices.Count);
        Assert.Equal(new DeviceDescription(Device.Cuda(), "NVIDIA GPU", 0, "no driver"), devices[1]);
    }

    [Fact]
    public void A_driver_without_a_device_lists_why()
    {
        using var machine = new PtxDriver(new() { Devices = [] });
        CudaDevices found = CudaDevices.Find(() => new CudaDriver(machine.Find));
        Assert.StartsWith("CUDA_ERROR_NO_DEVICE from cuInit", found.Refusal, StringComparison.Ordinal);
    }

    [Fact]
    public void This_machine_has_a_cpu()
    {
        IReadOnlyList<DeviceDescription> devices = Device.List();
        Assert.Equal(Device.Cpu, devices[0].Device);
        Assert.InRange(devices[0].MemoryBytes, 1, long.MaxValue);
        Assert.NotEmpty(devices.Skip(1));
    }
}
