using LLamaNet.Backends.Cuda.Driver;
using LLamaNet.PtxInterpreter;
using Xunit;

namespace LLamaNet.Tests.Backends.Cuda.Driver;

public class CudaContextTests
{
    private static readonly PtxDevice s_turing = new("Turing", 7, 5);

    [Fact]
    public void A_context_describes_its_device()
    {
        var device = new PtxDevice("Ampere", 8, 6) { MemoryBytes = 3 << 20, Multiprocessors = 7, SharedBytesPerBlock = 101376 };
        using var machine = new PtxDriver(new() { Devices = [s_turing, device] });
        using var context = new CudaContext(new CudaDriver(machine.Find), 1);
        Assert.Equal(("Ampere", new ComputeCapability(8, 6)), (context.DeviceName, context.ComputeCapability));
        Assert.Equal((7, 101376, 3 << 20), (context.Multiprocessors, context.SharedBytesPerBlock, context.TotalBytes));
        using var variable = new CudaDeviceVariable<int>(context, 1 << 18);
        Assert.Equal(2 << 20, context.FreeBytes);
    }

    // An A100: 1555 GB/s and 312 TFLOP/s.
    [Theory]
    [InlineData(8, 108, 1_215_000, 1555e9, 312e12)]
    [InlineData(8, 108, 0, null, null)]
    [InlineData(99, 108, 1_215_000, null, null)]
    public void Ceilings_are_computed_from_clocks_where_those_are_known(
        int major, int multiprocessors, int memoryClock, double? bytes, double? operations)
    {
        var device = new PtxDevice("A", major) { Multiprocessors = multiprocessors, MemoryClockKilohertz = memoryClock };
        using var machine = new PtxDriver(new() { Devices = [device] });
        TraceCeilings? ceilings = CudaDevice.Read(new CudaDriver(machine.Find), 0).Ceilings;
        Assert.Equal(bytes is null, ceilings is null);
        if (ceilings is null) return;
        Assert.Equal(bytes!.Value, ceilings.BytesPerSecond, bytes.Value / 1000);
        Assert.Equal(operations!.Value, ceilings.F32OperationsPerSecond, operations.Value / 1000);
    }

    [Fact]
    public void A_device_below_8_0_is_refused()
    {
        using var machine = new PtxDriver(new() { Devices = [s_turing] });
        var driver = new CudaDriver(machine.Find);
        CudaException error = Assert.Throws<CudaException>(() => new CudaContext(driver, 0));
        Assert.Equal(
            "GPU 0, Turing, cannot be used: its compute capability is 7.5 and 8.0 (Ampere) or newer is needed", error.Message);
    }

    [Fact]
    public void A_device_that_may_not_be_used_is_refused()
    {
        using var machine = new PtxDriver(new() { Devices = [new PtxDevice { IsProhibited = true }] });
        var driver = new CudaDriver(machine.Find);
        CudaException error = Assert.Throws<CudaException>(() => new CudaContext(driver, 0));
        Assert.Equal(
            "GPU 0, Interpreted GPU, cannot be used: its compute mode forbids use (nvidia-smi -c 0 allows it)", error.Message);
    }

    [Fact]
    public void A_device_that_another_process_has_is_refused()
    {
        using var machine = new PtxDriver(new() { Devices = [new PtxDevice { IsTaken = true }] });
        var driver = new CudaDriver(machine.Find);
        CudaException error = Assert.Throws<CudaException>(() => new CudaContext(driver, 0));
        Assert.Equal(("CUDA_ERROR_DEVICE_UNAVAILABLE", "cuDevicePrimaryCtxRetain"), (error.Result, error.Call));
        Assert.Contains("another process has the GPU to itself", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, 1, "there is no GPU 1: the only GPU is number 0")]
    [InlineData(1, -1, "there is no GPU -1: the only GPU is number 0")]
    [InlineData(3, 3, "there is no GPU 3: the GPUs are numbers 0 to 2")]
    public void A_number_that_no_device_has_is_refused(int devices, int ordinal, string expected)
    {
        using var machine = new PtxDriver(new() { Devices = [.. Enumerable.Repeat(new PtxDevice(), devices)] });
        var driver = new CudaDriver(machine.Find);
        Assert.Equal(expected, Assert.Throws<CudaException>(() => new CudaContext(driver, ordinal)).Message);
    }

    [Fact]
    public void Two_contexts_of_a_device_share_its_memory()
    {
        using var gpu = new GpuFixture();
        using var second = new CudaContext(gpu.Context.Driver, 0);
        using CudaDeviceVariable<float> x = gpu.Upload(1, 2, 3);
        gpu.Context.Dispose();
        var values = new float[3];
        second.CopyFromDevice<float>(values, x.Pointer);
        Assert.Equal([1, 2, 3], values);
    }

    [Fact]
    public void A_call_reaches_its_context_whatever_is_current()
    {
        using var machine = new PtxDriver(new() { Devices = [new PtxDevice("first"), new PtxDevice("second")] });
        var driver = new CudaDriver(machine.Find);
        using var first = new CudaContext(driver, 0);
        using var second = new CudaContext(driver, 1);
        using var x = new CudaDeviceVariable<int>(first, 1);
        second.MakeCurrent();
        x.CopyFrom([5]);
        int[] read = [0];
        var thread = new Thread(() => x.CopyTo(read));
        thread.Start();
        thread.Join();
        Assert.Equal(5, read[0]);
    }

    [Fact]
    public unsafe void The_driver_refuses_calls_without_a_context()
    {
        using var machine = new PtxDriver();
        var driver = new CudaDriver(machine.Find);
        CUdeviceptr pointer;
        CUresult result = driver.MemAlloc(&pointer, 4);
        CudaException error = Assert.Throws<CudaException>(() => driver.Check(result, "cuMemAlloc"));
        Assert.Equal("CUDA_ERROR_INVALID_CONTEXT from cuMemAlloc: this thread has no current context", error.Message);
    }

    [Fact]
    public void A_disposed_context_makes_nothing_new()
    {
        using var gpu = new GpuFixture();
        using var stream = new CudaStream(gpu.Context);
        gpu.Context.Dispose();
        Assert.Throws<ObjectDisposedException>(() => new CudaStream(gpu.Context));
        Assert.Throws<ObjectDisposedException>(() => new CudaDeviceVariable<int>(gpu.Context, 1));
        Assert.Throws<ObjectDisposedException>(stream.Synchronize);
    }
}
