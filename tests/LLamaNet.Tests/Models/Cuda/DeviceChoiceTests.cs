using LLamaNet.Backends;
using LLamaNet.PtxInterpreter;
using Xunit;

namespace LLamaNet.Tests.Models.Cuda;

public class DeviceChoiceTests
{
    private static readonly PtxDevice s_old = new("Old GPU", 7, 5);

    [Fact]
    public void Auto_takes_the_first_GPU_that_can_be_used_and_says_what_is_wrong_with_those_before()
    {
        using var machine = new InterpretedMachine(s_old, new PtxDevice("Busy GPU") { IsTaken = true }, new PtxDevice("Good GPU"));
        (Backend backend, DeviceSelection device) = machine.Devices.Open(new ModelOptions());
        using (backend)
        {
            Assert.Equal(DeviceKind.Cuda, device.Kind);
            Assert.Equal("Good GPU, compute capability 8.0", device.Name);
            Assert.StartsWith("the first GPU that can be used; refused: ", device.Reason, StringComparison.Ordinal);
            Assert.Contains("Old GPU, cannot be used: its compute capability is 7.5", device.Reason, StringComparison.Ordinal);
            Assert.Contains("CUDA_ERROR_DEVICE_UNAVAILABLE", device.Reason, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_GPU_is_taken_by_its_number()
    {
        using var machine = new InterpretedMachine(new PtxDevice("First"), new PtxDevice("Second"));
        (Backend backend, DeviceSelection device) = machine.Devices.Open(new ModelOptions { Device = Device.Cuda(1) });
        using (backend) Assert.Equal(("Second, compute capability 8.0", "asked for"), (device.Name, device.Reason));
        CudaException exception = Assert.Throws<CudaException>(() => machine.Devices.Open(new ModelOptions { Device = Device.Cuda(2) }));
        Assert.Contains("there is no GPU 2: the GPUs are numbers 0 to 1", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_usable_GPU_auto_takes_the_CPU_and_says_why()
    {
        using var machine = new InterpretedMachine(s_old);
        (Backend backend, DeviceSelection device) = machine.Devices.Open(new ModelOptions());
        using (backend)
        {
            Assert.Equal(DeviceKind.Cpu, device.Kind);
            Assert.StartsWith("no GPU: ", device.Reason, StringComparison.Ordinal);
            Assert.Contains("its compute capability is 7.5", device.Reason, StringComparison.Ordinal);
        }

        Assert.Throws<CudaException>(() => machine.Devices.Open(new ModelOptions { Device = Device.Cuda() }));
    }

    [Fact]
    public void Without_a_driver_auto_takes_the_CPU_and_says_why()
    {
        var devices = new DeviceChoice(() => throw new CudaException("no NVIDIA driver: libcuda.so.1 is not here"));
        (Backend backend, DeviceSelection device) = devices.Open(new ModelOptions());
        using (backend) Assert.Equal("no GPU: no NVIDIA driver: libcuda.so.1 is not here", device.Reason);
        Assert.Throws<CudaException>(() => devices.Open(new ModelOptions { Device = Device.Cuda() }));
    }

    [Fact]
    public void The_CPU_is_taken_without_a_look_at_the_driver()
    {
        var devices = new DeviceChoice(() => throw new InvalidOperationException());
        (Backend backend, DeviceSelection device) = devices.Open(new ModelOptions { Device = Device.Cpu });
        using (backend) Assert.Equal((DeviceKind.Cpu, "asked for"), (device.Kind, device.Reason));
    }
}
