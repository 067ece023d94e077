using LLamaNet.Backends.Cuda.Driver;
using LLamaNet.PtxInterpreter;
using Xunit;

namespace LLamaNet.Tests.Backends.Cuda;

// One driver at a time is passed for another: all in one test.
public class FakeDriverTests
{
    [Fact]
    public void Newer_gpus_pass_for_ampere_and_older_ones_stay_refused()
    {
        foreach ((int major, int minor, string expected) in ((int, int, string)[])
            [(9, 0, "8.0"), (10, 3, "8.0"), (8, 9, "8.9"), (8, 0, "8.0"), (7, 5, "7.5")])
        {
            using var machine = new PtxDriver(new() { Devices = [new PtxDevice("GPU", major, minor)] });
            CudaDevice device = CudaDevice.Read(FakeDriver.Over(machine.Find), 0);
            Assert.Equal(expected, $"{device.ComputeCapability}");
            Assert.Equal(major < 8, device.Refusal is not null);
        }
    }
}
