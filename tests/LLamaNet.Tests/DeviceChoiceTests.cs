using LLamaNet.Backends;
using LLamaNet.Backends.Cuda.Driver;
using LLamaNet.PtxInterpreter;
using Xunit;

namespace LLamaNet.Tests;

// Which device a model gets, on machines with all kinds of GPUs.
public class DeviceChoiceTests
{
    private const string TuringRefusal =
        "GPU 0, Turing, cannot be used: its compute capability is 7.5 and 8.0 (Ampere) or newer is needed";

    private static readonly PtxDevice s_turing = new("Turing", 7, 5);
    private static readonly PtxDevice s_ampere = new("Ampere");
    private static readonly PtxDevice s_taken = new("Taken") { IsTaken = true };

    [Fact]
    public void Auto_takes_the_first_GPU()
    {
        DeviceSelection chosen = Choose(Device.Auto, s_ampere, s_ampere);
        Assert.Equal(
            new DeviceSelection(DeviceKind.Cuda, "Ampere, compute capability 8.0", "the first GPU that can be used"), chosen);
    }

    [Fact]
    public void Auto_passes_over_what_cannot_be_used_and_says_why()
    {
        DeviceSelection chosen = Choose(Device.Auto, s_turing, s_ampere);
        Assert.Equal("Ampere, compute capability 8.0", chosen.Name);
        Assert.Equal($"the first GPU that can be used; refused: {TuringRefusal}", chosen.Reason);

        chosen = Choose(Device.Auto, s_turing, s_taken, s_ampere);
        Assert.Equal("Ampere, compute capability 8.0", chosen.Name);
        Assert.StartsWith($"the first GPU that can be used; refused: {TuringRefusal}; ", chosen.Reason, StringComparison.Ordinal);
        Assert.Contains("CUDA_ERROR_DEVICE_UNAVAILABLE", chosen.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Auto_takes_the_CPU_when_every_GPU_is_refused_and_says_why()
    {
        DeviceSelection chosen = Choose(Device.Auto, s_turing, s_taken);
        Assert.Equal(DeviceKind.Cpu, chosen.Kind);
        Assert.StartsWith($"no GPU: {TuringRefusal}; CUDA_ERROR_DEVICE_UNAVAILABLE", chosen.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Auto_takes_the_CPU_without_a_GPU()
    {
        DeviceSelection chosen = Choose(Device.Auto);
        Assert.Equal(DeviceKind.Cpu, chosen.Kind);
        Assert.StartsWith("no GPU: CUDA_ERROR_NO_DEVICE from cuInit", chosen.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Auto_takes_the_CPU_without_a_driver_or_with_an_old_one()
    {
        var none = new DeviceChoice(() => throw new CudaException("no NVIDIA driver"));
        Assert.Equal("no GPU: no NVIDIA driver", Open(none, Device.Auto).Reason);

        using var machine = new PtxDriver(new() { DriverVersion = 10020 });
        DeviceSelection chosen = Open(new DeviceChoice(() => new CudaDriver(machine.Find)), Device.Auto);
        Assert.Equal(
            "no GPU: the NVIDIA driver supports CUDA 10.2 and 11.4 is needed; update the driver", chosen.Reason);
    }

    [Fact]
    public void A_GPU_that_is_asked_for_is_taken()
    {
        DeviceSelection chosen = Choose(Device.Cuda(1), s_turing, s_ampere);
        Assert.Equal(new DeviceSelection(DeviceKind.Cuda, "Ampere, compute capability 8.0", "asked for"), chosen);
    }

    [Fact]
    public void The_CPU_that_is_asked_for_is_taken_without_a_look_at_the_driver()
    {
        DeviceSelection chosen = Open(new DeviceChoice(() => throw new InvalidOperationException()), Device.Cpu);
        Assert.Equal((DeviceKind.Cpu, "asked for"), (chosen.Kind, chosen.Reason));
    }

    [Fact]
    public void A_GPU_that_is_asked_for_and_cannot_be_used_is_an_error()
    {
        Assert.Equal(TuringRefusal, Assert.Throws<CudaException>(() => Choose(Device.Cuda(), s_turing, s_ampere)).Message);
        Assert.Equal(
            "there is no GPU 2: the GPUs are numbers 0 to 1",
            Assert.Throws<CudaException>(() => Choose(Device.Cuda(2), s_turing, s_ampere)).Message);
        Assert.Equal("CUDA_ERROR_NO_DEVICE", Assert.Throws<CudaException>(() => Choose(Device.Cuda())).Result);
    }

    private static DeviceSelection Choose(Device device, params PtxDevice[] devices)
    {
        using var machine = new PtxDriver(new() { Devices = devices });
        DeviceSelection chosen = Open(new DeviceChoice(() => new CudaDriver(machine.Find)), device);
        Assert.Empty(machine.Leaks);
        return chosen;
    }

    private static DeviceSelection Open(DeviceChoice choice, Device device)
    {
        (Backend backend, DeviceSelection chosen) = choice.Open(new ModelOptions { Device = device, Threads = 1 });
        backend.Dispose();
        return chosen;
    }
}
