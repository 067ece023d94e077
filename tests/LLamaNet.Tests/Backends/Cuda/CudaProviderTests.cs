using LLamaNet.Backends.Cuda;
using LLamaNet.Backends.Cuda.Driver;
using LLamaNet.PtxInterpreter;
using Xunit;

namespace LLamaNet.Tests.Backends.Cuda;

public class CudaProviderTests
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
        IReadOnlyList<DeviceDescription> devices = new CudaProvider(() => new CudaDriver(machine.Find)).List();
        Assert.Equal(3, devices.Count);
        Assert.Equal(
            new DeviceDescription(
                Device.Cuda(0), "Turing, compute capability 7.5, 4 multiprocessors, driver for CUDA 12.8", 1 << 20,
                "its compute capability is 7.5 and 8.0 (Ampere) or newer is needed"),
            devices[0]);
        Assert.Equal(
            new DeviceDescription(
                Device.Cuda(1), "Ampere, compute capability 8.6, 12 multiprocessors, driver for CUDA 12.8", 2 << 20, null),
            devices[1]);
        Assert.Equal("its compute mode forbids use (nvidia-smi -c 0 allows it)", devices[2].Refusal);
        Assert.Empty(machine.Leaks);
    }

    [Fact]
    public void A_machine_without_a_driver_lists_why()
    {
        IReadOnlyList<DeviceDescription> devices = new CudaProvider(() => throw new CudaException("no driver")).List();
        Assert.Equal([new DeviceDescription(Device.Cuda(), "NVIDIA GPU", 0, "no driver")], devices);
    }

    [Fact]
    public void A_driver_without_a_device_lists_why()
    {
        using var machine = new PtxDriver(new() { Devices = [] });
        DeviceDescription missing = Assert.Single(new CudaProvider(() => new CudaDriver(machine.Find)).List());
        Assert.StartsWith("CUDA_ERROR_NO_DEVICE from cuInit", missing.Refusal, StringComparison.Ordinal);
    }

    [Fact]
    public void Free_memory_is_that_of_the_device()
    {
        using var machine = new PtxDriver(new() { Devices = [new PtxDevice("Small") { MemoryBytes = 3 << 20 }] });
        Assert.Equal(3 << 20, new CudaProvider(() => new CudaDriver(machine.Find)).ReadFreeBytes(0));
        Assert.Empty(machine.Leaks);
    }
}
