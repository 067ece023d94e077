using LLamaNet.Backends.Cuda.Driver;
using LLamaNet.PtxInterpreter;
using Xunit;

namespace LLamaNet.Tests.Backends.Cuda.Driver;

// Work is done in the order of each stream and not before somebody waits for it.
public class CudaStreamTests
{
    [Fact]
    public void Nothing_is_done_before_a_synchronisation()
    {
        using var gpu = new GpuFixture();
        using var stream = new CudaStream(gpu.Context);
        using CudaDeviceVariable<float> y = gpu.Upload(1, 2, 3), x = gpu.Upload(10, 20, 30);
        using PinnedMemory<float> host = gpu.Pin(-1, -1, -1);
        gpu.LaunchAdd(stream, y, x);
        y.CopyToAsync(host, 3, stream);
        Assert.Equal([1, 2, 3], GpuFixture.Download(y));
        Assert.Equal([-1, -1, -1], host.Span);
        stream.Synchronize();
        Assert.Equal([11, 22, 33], host.Span);
        Assert.Equal([11, 22, 33], GpuFixture.Download(y));
    }

    [Fact]
    public void Synchronising_the_context_waits_for_all_streams()
    {
        using var gpu = new GpuFixture();
        using CudaStream first = new(gpu.Context), second = new(gpu.Context);
        using CudaDeviceVariable<float> a = gpu.Upload(1), b = gpu.Upload(2);
        a.Clear(first);
        b.Clear(second);
        gpu.Context.Synchronize();
        Assert.Equal([0], GpuFixture.Download(a));
        Assert.Equal([0], GpuFixture.Download(b));
    }

    [Fact]
    public void A_queued_copy_reads_its_pinned_source_when_it_is_done()
    {
        using var gpu = new GpuFixture();
        using var stream = new CudaStream(gpu.Context);
        using var y = new CudaDeviceVariable<float>(gpu.Context, 2);
        using PinnedMemory<float> host = gpu.Pin(1, 2);
        stream.CopyToDevice(y.Pointer, host, 0, 2);
        host.Span[0] = 5; // too early: the copy has not been waited for
        stream.Synchronize();
        Assert.Equal([5, 2], GpuFixture.Download(y));
    }

    [Fact]
    public void Copies_and_zeros_keep_the_order_of_their_stream()
    {
        using var gpu = new GpuFixture();
        using var stream = new CudaStream(gpu.Context);
        using CudaDeviceVariable<float> y = gpu.Upload(1, 2, 3, 4), x = gpu.Upload(5, 6, 7, 8);
        stream.Copy(y.Pointer + 4, x.Pointer, 8);
        stream.Clear(x.Pointer + 4, 8);
        stream.Copy(y.Pointer + 12, x.Pointer + 4, 4);
        stream.Synchronize();
        Assert.Equal([1, 5, 6, 0], GpuFixture.Download(y));
        Assert.Equal([5, 0, 0, 8], GpuFixture.Download(x));
    }

    [Fact]
    public void Streams_without_an_event_between_them_run_in_any_order()
    {
        var seen = new HashSet<float>();
        for (int seed = 0; seed < 20; seed++)
        {
            using var gpu = new GpuFixture(new PtxDriverOptions { Seed = seed });
            using CudaStream first = new(gpu.Context), second = new(gpu.Context);
            using CudaDeviceVariable<float> y = gpu.Upload(1), x = gpu.Upload(10);
            gpu.LaunchAdd(first, y, x);
            y.Clear(second);
            gpu.Context.Synchronize();
            seen.Add(GpuFixture.Download(y)[0]);
        }

        Assert.Equal([0f, 10f], seen.Order());
    }

    [Fact]
    public void An_event_orders_streams()
    {
        for (int seed = 0; seed < 20; seed++)
        {
            using var gpu = new GpuFixture(new PtxDriverOptions { Seed = seed });
            using CudaStream first = new(gpu.Context), second = new(gpu.Context);
            using var mark = new CudaEvent(gpu.Context);
            using CudaDeviceVariable<float> y = gpu.Upload(1), x = gpu.Upload(10);
            gpu.LaunchAdd(first, y, x);
            mark.Record(first);
            second.Wait(mark);
            y.Clear(second);
            second.Synchronize();
            Assert.Equal([0], GpuFixture.Download(y));
        }
    }

    [Fact]
    public void A_wait_is_for_the_mark_as_it_was()
    {
        using var gpu = new GpuFixture();
        using CudaStream first = new(gpu.Context), second = new(gpu.Context);
        using var mark = new CudaEvent(gpu.Context);
        using CudaDeviceVariable<float> y = gpu.Upload(1), x = gpu.Upload(10);
        second.Wait(mark); // never recorded: no wait
        mark.Record(first);
        second.Wait(mark);
        gpu.LaunchAdd(first, y, x);
        second.Synchronize();
        mark.Record(first);
        mark.Synchronize();
        Assert.Equal([11], GpuFixture.Download(y));
    }

    [Fact]
    public void Timed_events_tell_the_time_between_them()
    {
        using var gpu = new GpuFixture();
        using var stream = new CudaStream(gpu.Context);
        using CudaEvent start = new(gpu.Context, isTimed: true), end = new(gpu.Context, isTimed: true), plain = new(gpu.Context);
        using CudaDeviceVariable<float> y = gpu.Upload(1), x = gpu.Upload(10);
        start.Record(stream);
        gpu.LaunchAdd(stream, y, x);
        end.Record(stream);
        plain.Record(stream);
        Assert.Equal("CUDA_ERROR_NOT_READY", Assert.Throws<CudaException>(() => end.ElapsedMilliseconds(start)).Result);
        stream.Synchronize();
        Assert.InRange(end.ElapsedMilliseconds(start), float.Epsilon, float.MaxValue);
        Assert.Equal("CUDA_ERROR_INVALID_HANDLE", Assert.Throws<CudaException>(() => plain.ElapsedMilliseconds(start)).Result);
    }

    [Fact]
    public void Work_of_a_disposed_stream_is_still_done()
    {
        using var gpu = new GpuFixture();
        using CudaDeviceVariable<float> y = gpu.Upload(1);
        using (var stream = new CudaStream(gpu.Context)) y.Clear(stream);
        gpu.Context.Synchronize();
        Assert.Equal([0], GpuFixture.Download(y));
    }

    [Fact]
    public void Freeing_memory_waits_for_what_uses_it()
    {
        using var gpu = new GpuFixture();
        using var stream = new CudaStream(gpu.Context);
        using CudaDeviceVariable<float> y = gpu.Upload(1);
        CudaDeviceVariable<float> x = gpu.Upload(10);
        gpu.LaunchAdd(stream, y, x);
        x.Dispose();
        stream.Synchronize();
        Assert.Equal([11], GpuFixture.Download(y));
    }

    [Fact]
    public void The_counters_tell_what_was_done()
    {
        using var gpu = new GpuFixture();
        _ = gpu.Add; // loaded before it counts
        using var stream = new CudaStream(gpu.Context);
        PtxCounters before = gpu.Driver.Counters;
        using CudaDeviceVariable<float> y = gpu.Upload(1, 2), x = gpu.Upload(10, 20);
        using PinnedMemory<float> host = gpu.Pin(0, 0);
        gpu.LaunchAdd(stream, y, x);
        stream.Copy(x.Pointer, y.Pointer, 8);
        stream.Clear(y.Pointer, 8);
        y.CopyToAsync(host, 1, stream);
        stream.Synchronize();
        var expected = new PtxCounters(
            Launches: 1, GraphLaunches: 0, KernelsRun: 1, Allocations: 2, HostAllocations: 1, CopiesToDevice: 2,
            CopiesFromDevice: 1, CopiesOnDevice: 1, Fills: 1, BytesFromDevice: 4, Synchronisations: 1, ModulesLoaded: 0,
            GraphsInstantiated: 0);
        Assert.Equal(expected, gpu.Driver.Counters - before);
        Assert.Equal(1, gpu.Driver.KernelsRun("add_f32"));
    }
}
