using LLamaNet.Backends.Cuda.Driver;
using LLamaNet.PtxInterpreter;
using Xunit;

namespace LLamaNet.Tests.PtxInterpreter.Driver;

// What the simulated driver refuses and how it queues, seen through its bare functions.
public sealed unsafe class PtxDriverTests : IDisposable
{
    private readonly PtxDriver _machine = new();
    private readonly CudaDriver _driver;
    private readonly CudaContext _context;

    public PtxDriverTests()
    {
        _driver = new CudaDriver(_machine.Find);
        _context = new CudaContext(_driver, 0);
        _context.MakeCurrent();
    }

    public void Dispose()
    {
        _context.Dispose();
        _machine.Dispose();
    }

    [Fact]
    public void Calls_before_cuInit_fail()
    {
        using var machine = new PtxDriver();
        var count = (delegate* unmanaged<int*, CUresult>)machine.Find("cuDeviceGetCount");
        var init = (delegate* unmanaged<uint, CUresult>)machine.Find("cuInit");
        int devices;
        Assert.Equal((CUresult)3, count(&devices));
        Assert.Equal(CUresult.Success, init(0));
        Assert.Equal(CUresult.Success, count(&devices));
        Assert.Equal(1, devices);
    }

    [Fact]
    public void Each_thread_has_a_context_of_its_own()
    {
        CUresult other = CUresult.Success;
        var thread = new Thread(() => other = _driver.CtxSynchronize());
        thread.Start();
        thread.Join();
        Assert.Equal(((CUresult)201, CUresult.Success), (other, _driver.CtxSynchronize()));
        Assert.Equal(CUresult.Success, _driver.CtxSetCurrent(0));
        Assert.Equal((CUresult)201, _driver.CtxSynchronize());
    }

    [Fact]
    public void A_context_that_is_gone_cannot_be_used()
    {
        nint context;
        using var machine = new PtxDriver();
        var driver = new CudaDriver(machine.Find);
        Assert.Equal(CUresult.Success, driver.DevicePrimaryCtxRetain(&context, 0));
        Assert.Equal(CUresult.Success, driver.CtxSetCurrent(context));
        Assert.Equal(CUresult.Success, driver.DevicePrimaryCtxRelease(0));
        Assert.Equal(CUresult.ContextIsDestroyed, driver.CtxSynchronize());
        Assert.Equal((CUresult)400, driver.CtxSetCurrent(context));
        Assert.Equal((CUresult)201, driver.DevicePrimaryCtxRelease(0));
    }

    [Fact]
    public void What_goes_with_its_context_counts_as_leaked()
    {
        nint context;
        CUdeviceptr pointer;
        using var machine = new PtxDriver();
        var driver = new CudaDriver(machine.Find);
        Assert.Equal(CUresult.Success, driver.DevicePrimaryCtxRetain(&context, 0));
        Assert.Equal(CUresult.Success, driver.CtxSetCurrent(context));
        Assert.Equal(CUresult.Success, driver.MemAlloc(&pointer, 5));
        Assert.Equal(CUresult.Success, driver.DevicePrimaryCtxRelease(0));
        Assert.StartsWith("5 bytes of device memory", Assert.Single(machine.Leaks), StringComparison.Ordinal);
    }

    [Fact]
    public void Stale_and_foreign_handles_are_found()
    {
        nint stream, mark;
        Assert.Equal(CUresult.Success, _driver.StreamCreate(&stream, 1));
        Assert.Equal(CUresult.Success, _driver.EventCreate(&mark, 0));
        Assert.Equal((CUresult)400, _driver.StreamSynchronize(mark));
        Assert.Equal((CUresult)400, _driver.EventRecord(stream, stream));
        Assert.Equal(CUresult.Success, _driver.StreamDestroy(stream));
        Assert.Equal((CUresult)400, _driver.StreamDestroy(stream));
        Assert.Equal((CUresult)400, _driver.EventRecord(mark, stream));
        Assert.Equal(CUresult.Success, _driver.EventDestroy(mark));
        Assert.Equal((CUresult)400, _driver.EventSynchronize(mark));
        Assert.Equal((CUresult)400, _driver.GraphLaunch(stream, stream));
        Assert.Equal((CUresult)400, _driver.ModuleUnload(0));
        Assert.Equal(
            "CUDA_ERROR_INVALID_HANDLE from cuTest: 0x0 is no handle of a LoadedModule, or no longer one",
            _driver.Failure((CUresult)400, "cuTest").Message);
    }

    [Fact]
    public void Memory_is_freed_once_and_by_its_start()
    {
        CUdeviceptr pointer;
        Assert.Equal(CUresult.InvalidValue, _driver.MemAlloc(&pointer, 0));
        Assert.Equal(CUresult.Success, _driver.MemAlloc(&pointer, 16));
        Assert.Equal(CUresult.InvalidValue, _driver.MemFree((nint)pointer.Value + 4));
        Assert.Equal(CUresult.Success, _driver.MemFree((nint)pointer.Value));
        Assert.Equal(CUresult.InvalidValue, _driver.MemFree((nint)pointer.Value));
        nint host;
        Assert.Equal(CUresult.Success, _driver.MemAllocHost(&host, 16));
        Assert.Equal(CUresult.InvalidValue, _driver.MemFreeHost(host + 8));
        Assert.Equal(CUresult.Success, _driver.MemFreeHost(host));
        Assert.Equal(CUresult.InvalidValue, _driver.MemFreeHost(host));
    }

    [Fact]
    public void Pageable_memory_is_read_when_a_copy_is_queued_and_written_before_the_call_returns()
    {
        using var stream = new CudaStream(_context);
        using var variable = new CudaDeviceVariable<int>(_context, 1);
        int source = 5, destination = 0;
        Assert.Equal(CUresult.Success, _driver.MemcpyHtoDAsync(variable.Pointer, &source, 4, stream.Handle));
        source = 6;
        Assert.Equal(CUresult.Success, _driver.MemcpyDtoHAsync(&destination, variable.Pointer, 4, stream.Handle));
        Assert.Equal(5, destination);
    }

    [Fact]
    public void A_copy_to_the_device_without_a_stream_may_be_late()
    {
        var seen = new HashSet<int>();
        for (int seed = 0; seed < 20; seed++)
        {
            using var machine = new PtxDriver(new() { Seed = seed });
            var driver = new CudaDriver(machine.Find);
            using var context = new CudaContext(driver, 0);
            using var stream = new CudaStream(context);
            using CudaDeviceVariable<int> variable = new(context, 1), copy = new(context, 1);
            variable.CopyFrom([1]);
            int value = 2;
            Assert.Equal(CUresult.Success, driver.MemcpyHtoD(variable.Pointer, &value, 4));
            stream.Copy(copy.Pointer, variable.Pointer, 4);
            stream.Synchronize();
            copy.CopyTo(new Span<int>(ref value));
            seen.Add(value);
        }

        Assert.Equal([1, 2], seen.Order());
    }

    [Fact]
    public void Pageable_memory_cannot_be_captured()
    {
        using var stream = new CudaStream(_context);
        using var variable = new CudaDeviceVariable<int>(_context, 1);
        int value = 5;
        nint graph;
        stream.BeginCapture();
        Assert.Equal((CUresult)900, _driver.MemcpyHtoDAsync(variable.Pointer, &value, 4, stream.Handle));
        Assert.Equal((CUresult)901, _driver.StreamEndCapture(stream.Handle, &graph));
        stream.BeginCapture();
        Assert.Equal((CUresult)900, _driver.MemcpyDtoHAsync(&value, variable.Pointer, 4, stream.Handle));
        Assert.Equal((CUresult)901, _driver.StreamEndCapture(stream.Handle, &graph));
        Assert.Equal(0, graph);
        Assert.Equal((CUresult)401, _driver.StreamEndCapture(stream.Handle, &graph));
    }

    [Fact]
    public void Two_captures_do_not_meet()
    {
        using CudaStream first = new(_context), second = new(_context);
        using var mark = new CudaEvent(_context);
        first.BeginCapture();
        second.BeginCapture();
        mark.Record(first);
        Assert.Equal((CUresult)902, _driver.StreamWaitEvent(second.Handle, mark.Handle, 0));
        nint graph;
        Assert.Equal((CUresult)901, _driver.StreamEndCapture(first.Handle, &graph));
        Assert.Equal((CUresult)901, _driver.StreamEndCapture(second.Handle, &graph));
        Assert.Equal((CUresult)907, _driver.StreamWaitEvent(second.Handle, mark.Handle, 0)); // its capture is over
    }

    [Fact]
    public void Options_that_are_not_simulated_are_refused()
    {
        nint stream;
        int value;
        Assert.Equal(CUresult.InvalidValue, _driver.StreamCreate(&stream, 0));
        Assert.Equal(CUresult.InvalidValue, _driver.DeviceGetAttribute(&value, (CUdeviceAttribute)1, 0));
        Assert.Equal((CUresult)101, _driver.DeviceGet(&value, 1));
        using var made = new CudaStream(_context);
        Assert.Equal(CUresult.InvalidValue, _driver.StreamBeginCapture(made.Handle, 0));
    }

    [Fact]
    public void A_long_name_is_cut_to_its_buffer()
    {
        byte* name = stackalloc byte[4];
        Assert.Equal(CUresult.Success, _driver.DeviceGetName(name, 4, 0));
        Assert.Equal("Int\0"u8, new ReadOnlySpan<byte>(name, 4));
    }

    [Fact]
    public void Nothing_works_after_the_end()
    {
        using var machine = new PtxDriver();
        var driver = new CudaDriver(machine.Find);
        machine.Dispose();
        int count;
        Assert.Equal((CUresult)4, driver.DeviceGetCount(&count));
        Assert.Equal((CUresult)4, driver.Init(0));
    }
}
