using System.Runtime.CompilerServices;
using LLamaNet.Backends.Cuda.Driver;
using LLamaNet.PtxInterpreter;
using Xunit;

namespace LLamaNet.Tests.Backends.Cuda.Driver;

// Everything that holds something of the driver, disposed in every order.
public class OwnershipTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Any_order_of_disposal_frees_everything(int seed)
    {
        using var machine = new PtxDriver();
        List<IDisposable> all = MakeOneOfEach(machine);
        Assert.NotEmpty(machine.Leaks);
        IDisposable[] order = [.. all];
        if (seed == 1) Array.Reverse(order);
        else if (seed > 1) new Random(seed).Shuffle(order);
        foreach (IDisposable item in order) item.Dispose();
        Assert.Empty(machine.Leaks);
    }

    [Fact]
    public void Disposing_twice_does_nothing()
    {
        using var machine = new PtxDriver();
        List<IDisposable> all = MakeOneOfEach(machine);
        foreach (IDisposable item in all.Concat(all)) item.Dispose();
        Assert.Empty(machine.Leaks);
    }

    [Fact]
    public void What_nobody_disposes_is_freed_by_its_finalizer()
    {
        using var machine = new PtxDriver();
        Forget(machine);
        for (int i = 0; i < 10 && machine.Leaks.Count > 0; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        Assert.Empty(machine.Leaks);
    }

    [Fact]
    public void What_is_left_is_reported_by_kind_and_size()
    {
        using var machine = new PtxDriver();
        var context = new CudaContext(new CudaDriver(machine.Find), 0);
        using var variable = new CudaDeviceVariable<int>(context, 3);
        using var pinned = new PinnedMemory<int>(context, 2);
        using var stream = new CudaStream(context);
        context.Dispose();
        Assert.Equal(4, machine.Leaks.Count);
        Assert.StartsWith("context of device 0", machine.Leaks[0], StringComparison.Ordinal);
        Assert.StartsWith("12 bytes of device memory", machine.Leaks[1], StringComparison.Ordinal);
        Assert.Equal("8 bytes of pinned memory", machine.Leaks[2]);
        Assert.Equal("stream", machine.Leaks[3]);
        machine.Dispose();
        Assert.Equal(4, machine.Leaks.Count);
    }

    [Fact]
    public void Disposed_things_refuse_to_work()
    {
        using var gpu = new GpuFixture();
        CudaDeviceVariable<float> variable = gpu.Upload(1);
        PinnedMemory<float> pinned = gpu.Pin(1);
        var stream = new CudaStream(gpu.Context);
        var mark = new CudaEvent(gpu.Context);
        CudaGraph graph = stream.Capture(() => stream.Clear(variable.Pointer, 4));
        CudaGraphInstance instance = graph.Instantiate();
        using var live = new CudaStream(gpu.Context);
        foreach (IDisposable item in new IDisposable[] { variable, pinned, stream, mark, graph, instance }) item.Dispose();
        Assert.Throws<ObjectDisposedException>(() => variable.Pointer);
        Assert.Throws<ObjectDisposedException>(() => variable.CopyFrom([1]));
        Assert.Throws<ObjectDisposedException>(() => pinned.Span[0]);
        Assert.Throws<ObjectDisposedException>(stream.Synchronize);
        Assert.Throws<ObjectDisposedException>(mark.Synchronize);
        Assert.Throws<ObjectDisposedException>(() => live.Wait(mark));
        Assert.Throws<ObjectDisposedException>(graph.Instantiate);
        Assert.Throws<ObjectDisposedException>(() => instance.Launch(live));
    }

    [Fact]
    public void Things_outlive_a_machine_that_was_shut_down()
    {
        var machine = new PtxDriver();
        List<IDisposable> all = MakeOneOfEach(machine);
        machine.Dispose();
        foreach (IDisposable item in all) item.Dispose();
        Assert.Throws<CudaException>(() => new CudaDriver(machine.Find));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Forget(PtxDriver machine)
    {
        Assert.NotEmpty(MakeOneOfEach(machine));
        Assert.NotEmpty(machine.Leaks);
    }

    private static List<IDisposable> MakeOneOfEach(PtxDriver machine)
    {
        var context = new CudaContext(new CudaDriver(machine.Find), 0);
        var variable = new CudaDeviceVariable<float>(context, 4);
        var stream = new CudaStream(context);
        CudaGraph graph = stream.Capture(() => stream.Clear(variable.Pointer, 16));
        return
        [
            context, variable, stream, new PinnedMemory<byte>(context, 7), new CudaEvent(context),
            new CudaModule(context, GpuFixture.AddPtx), graph, graph.Instantiate(),
        ];
    }
}
