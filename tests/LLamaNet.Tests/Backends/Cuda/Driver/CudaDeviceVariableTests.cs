using LLamaNet.Backends.Cuda.Driver;
using LLamaNet.PtxInterpreter;
using Xunit;

namespace LLamaNet.Tests.Backends.Cuda.Driver;

public class CudaDeviceVariableTests
{
    [Fact]
    public void Values_come_back_as_they_went()
    {
        using var gpu = new GpuFixture();
        using var variable = new CudaDeviceVariable<long>(gpu.Context, 5);
        variable.CopyFrom([1, 2, 3, 4, 5]);
        variable.CopyFrom([-7, -8], first: 3);
        var read = new long[3];
        variable.CopyTo(read, first: 2);
        Assert.Equal((5, 40), (variable.Count, variable.Bytes));
        Assert.Equal([3, -7, -8], read);
    }

    [Theory]
    [InlineData(-1, 1)]
    [InlineData(4, 1)]
    [InlineData(3, 2)]
    [InlineData(0, 5)]
    public void Copies_stay_inside(long first, int count)
    {
        using var gpu = new GpuFixture();
        using var variable = new CudaDeviceVariable<int>(gpu.Context, 4);
        Assert.Throws<ArgumentOutOfRangeException>(() => variable.CopyFrom(new int[count], first));
        Assert.Throws<ArgumentOutOfRangeException>(() => variable.CopyTo(new int[count], first));
    }

    [Fact]
    public void A_copy_by_address_that_leaves_its_allocation_fails()
    {
        using var gpu = new GpuFixture();
        using var variable = new CudaDeviceVariable<int>(gpu.Context, 4);
        CudaException error = Assert.Throws<CudaException>(() => gpu.Context.CopyToDevice<int>(variable.Pointer + 8, [1, 2, 3]));
        Assert.Equal(("CUDA_ERROR_INVALID_VALUE", "cuMemcpyHtoD"), (error.Result, error.Call));
        Assert.Contains("12 bytes at", error.Message, StringComparison.Ordinal);
        error = Assert.Throws<CudaException>(() => gpu.Context.CopyFromDevice<int>(new int[1], variable.Pointer + 16));
        Assert.Equal(("CUDA_ERROR_INVALID_VALUE", "cuMemcpyDtoH"), (error.Result, error.Call));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void There_is_no_empty_memory(int count)
    {
        using var gpu = new GpuFixture();
        Assert.Throws<ArgumentOutOfRangeException>(() => new CudaDeviceVariable<int>(gpu.Context, count));
        Assert.Throws<ArgumentOutOfRangeException>(() => new PinnedMemory<int>(gpu.Context, count));
    }

    [Fact]
    public void Too_little_memory_says_how_much_was_wanted_and_is_free()
    {
        using var machine = new PtxDriver(new() { Devices = [new PtxDevice("Small GPU") { MemoryBytes = 4096 }] });
        using var context = new CudaContext(new CudaDriver(machine.Find), 0);
        using var half = new CudaDeviceVariable<byte>(context, 2048);
        CudaException error = Assert.Throws<CudaException>(() => new CudaDeviceVariable<float>(context, 1000));
        Assert.Equal(("CUDA_ERROR_OUT_OF_MEMORY", "cuMemAlloc"), (error.Result, error.Call));
        Assert.Contains(
            "4000 bytes wanted, 2048 of 4096 free on Small GPU; use a smaller", error.Message, StringComparison.Ordinal);
        Assert.False(error.IsDeviceLost);
        half.Dispose();
        using var whole = new CudaDeviceVariable<byte>(context, 4096);
        Assert.Equal(0, context.FreeBytes);
    }

    [Fact]
    public void Pinned_memory_is_not_initialised_and_checks_its_range()
    {
        using var gpu = new GpuFixture();
        using var memory = new PinnedMemory<float>(gpu.Context, 3);
        Assert.Equal(3, memory.Span.Length);
        Assert.All(memory.Span.ToArray(), value => Assert.True(float.IsNaN(value)));
        using var stream = new CudaStream(gpu.Context);
        using var variable = new CudaDeviceVariable<float>(gpu.Context, 4);
        Assert.Throws<ArgumentOutOfRangeException>(() => stream.CopyToDevice(variable.Pointer, memory, 0, 4));
        Assert.Throws<ArgumentOutOfRangeException>(() => stream.CopyFromDevice(memory, 2, 2, variable.Pointer));
    }

    [Fact]
    public void Addresses_add_bytes()
    {
        Assert.Equal(new CUdeviceptr(0x110), new CUdeviceptr(0x100) + 16);
        Assert.Equal("0x1f", new CUdeviceptr(31).ToString());
    }
}
