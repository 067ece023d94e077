using System.Text;
using LLamaNet.Backends.Cuda.Driver;
using LLamaNet.PtxInterpreter;
using Xunit;

namespace LLamaNet.Tests.Backends.Cuda.Driver;

// A kernel that fails takes the device with it: every later call fails in the same way, and says what the kernel did.
public class LostDeviceTests
{
    [Fact]
    public void A_fault_appears_at_the_synchronisation_and_stays()
    {
        using var gpu = new GpuFixture();
        using var stream = new CudaStream(gpu.Context);
        using CudaDeviceVariable<float> y = gpu.Upload(1, 2), x = gpu.Upload(1, 2);
        gpu.Add.Launch(stream, 1, 32, 0, y.Pointer, x.Pointer, 3); // one element too many
        CudaException error = Assert.Throws<CudaException>(stream.Synchronize);
        Assert.Equal(("CUDA_ERROR_ILLEGAL_ADDRESS", "cuStreamSynchronize"), (error.Result, error.Call));
        Assert.True(error.IsDeviceLost);
        Assert.Contains("kernel add_f32", error.Message, StringComparison.Ordinal);
        Assert.Contains("thread 2", error.Message, StringComparison.Ordinal);
        Assert.EndsWith("; " + CUresult.IllegalAddress.Advice(), error.Message, StringComparison.Ordinal);
        Assert.Equal(("add_f32", 2, FaultKind.OutOfBounds), (
            gpu.Driver.LastFault!.Kernel, gpu.Driver.LastFault.Thread, gpu.Driver.LastFault.Kind));

        Action[] calls =
        [
            gpu.Context.Synchronize, () => _ = gpu.Context.FreeBytes, () => gpu.Upload(1), () => y.CopyFrom([1]),
            () => GpuFixture.Download(y), () => gpu.LaunchAdd(stream, y, x), () => new CudaStream(gpu.Context).Dispose(),
            stream.BeginCapture, () => new CudaEvent(gpu.Context).Dispose(),
        ];
        Assert.All(calls, call =>
        {
            CudaException later = Assert.Throws<CudaException>(call);
            Assert.Equal("CUDA_ERROR_ILLEGAL_ADDRESS", later.Result);
            Assert.True(later.IsDeviceLost);
        });
    }

    [Fact]
    public void Everything_can_be_disposed_afterwards_and_another_machine_works()
    {
        using (var gpu = new GpuFixture())
        {
            using var stream = new CudaStream(gpu.Context);
            using CudaDeviceVariable<float> y = gpu.Upload(1);
            gpu.Add.Launch(stream, 1, 32, 0, y.Pointer, y.Pointer, 2);
            gpu.LaunchAdd(stream, y, y);
            Assert.Throws<CudaException>(gpu.Context.Synchronize);
            y.Dispose();
            stream.Dispose();
            gpu.AssertNothingLeaks();
            Assert.Throws<CudaException>(() =>
            {
                using var again = new CudaContext(gpu.Context.Driver, 0);
                using var lost = new CudaStream(again);
            });
        }

        using var other = new GpuFixture();
        using CudaDeviceVariable<float> x = other.Upload(3);
        Assert.Equal([3], GpuFixture.Download(x));
    }

    [Fact]
    public void A_fault_in_a_graph_appears_at_the_synchronisation_too()
    {
        using var gpu = new GpuFixture();
        _ = gpu.Add; // loaded before the capture
        using var stream = new CudaStream(gpu.Context);
        using CudaDeviceVariable<float> y = gpu.Upload(1);
        using CudaGraph graph = stream.Capture(() => gpu.Add.Launch(stream, 1, 32, 0, y.Pointer, y.Pointer, 2));
        using CudaGraphInstance instance = graph.Instantiate();
        instance.Launch(stream);
        Assert.Equal("CUDA_ERROR_ILLEGAL_ADDRESS", Assert.Throws<CudaException>(gpu.Context.Synchronize).Result);
        Assert.Equal("CUDA_ERROR_ILLEGAL_ADDRESS", Assert.Throws<CudaException>(() => instance.Launch(stream)).Result);
    }

    [Fact]
    public void A_device_that_is_lost_leaves_the_others()
    {
        using var machine = new PtxDriver(new() { Devices = [new PtxDevice(), new PtxDevice()] });
        var driver = new CudaDriver(machine.Find);
        using CudaContext first = new(driver, 0), second = new(driver, 1);
        using var module = new CudaModule(first, GpuFixture.AddPtx);
        using var stream = new CudaStream(first);
        using var y = new CudaDeviceVariable<float>(first, 1);
        module.Kernel("add_f32").Launch(stream, 1, 1, 0, y.Pointer, y.Pointer, 1); // nothing was written there
        Assert.Equal("CUDA_ERROR_LAUNCH_FAILED", Assert.Throws<CudaException>(stream.Synchronize).Result);
        Assert.Equal(FaultKind.Uninitialised, machine.LastFault!.Kind);
        second.Synchronize();
    }

    [Fact]
    public void A_trap_is_a_launch_failure()
    {
        using var gpu = new GpuFixture();
        using var stream = new CudaStream(gpu.Context);
        using var module = new CudaModule(gpu.Context, Encoding.UTF8.GetBytes("""
            .version 7.4
            .target sm_80
            .address_size 64
            .visible .entry stop()
            {
                trap;
            }
            """));
        module.Kernel("stop").Launch(stream, 1, 1, 0);
        CudaException error = Assert.Throws<CudaException>(stream.Synchronize);
        Assert.Equal(("CUDA_ERROR_LAUNCH_FAILED", true), (error.Result, error.IsDeviceLost));
    }
}
