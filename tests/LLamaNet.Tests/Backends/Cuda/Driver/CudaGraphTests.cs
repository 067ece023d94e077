using LLamaNet.Backends.Cuda.Driver;
using LLamaNet.PtxInterpreter;
using Xunit;

namespace LLamaNet.Tests.Backends.Cuda.Driver;

public class CudaGraphTests
{
    [Fact]
    public void A_replayed_graph_does_what_direct_launches_do()
    {
        float[] direct = Run((stream, queue) =>
        {
            for (int i = 0; i < 3; i++) queue();
        });
        float[] replayed = Run((stream, queue) =>
        {
            using CudaGraph graph = stream.Capture(queue);
            using CudaGraphInstance instance = graph.Instantiate();
            for (int i = 0; i < 3; i++) instance.Launch(stream);
            stream.Synchronize();
        });
        Assert.Equal(direct, replayed);

        static float[] Run(Action<CudaStream, Action> run)
        {
            using var gpu = new GpuFixture();
            _ = gpu.Add; // loaded before the capture
            using var stream = new CudaStream(gpu.Context);
            using CudaDeviceVariable<float> y = gpu.Upload(1, 2, 3), x = gpu.Upload(1, 1, 2), z = gpu.Upload(9, 9, 9);
            using PinnedMemory<float> input = gpu.Pin(100, 200, 300), output = gpu.Pin(0, 0, 0);
            run(stream, () =>
            {
                z.Clear(stream);
                gpu.LaunchAdd(stream, z, y);
                gpu.LaunchAdd(stream, y, x);
                stream.Copy(x.Pointer, z.Pointer, 8);
                stream.CopyToDevice(y.Pointer + 8, input, 1, 1);
                y.CopyToAsync(output, 3, stream);
            });
            stream.Synchronize();
            return [.. output.Span, .. GpuFixture.Download(x), .. GpuFixture.Download(y), .. GpuFixture.Download(z)];
        }
    }

    [Fact]
    public void Capturing_does_nothing_and_each_launch_is_deferred()
    {
        using var gpu = new GpuFixture();
        _ = gpu.Add; // loaded before the capture
        using var stream = new CudaStream(gpu.Context);
        using CudaDeviceVariable<float> y = gpu.Upload(1), x = gpu.Upload(10);
        PtxCounters before = gpu.Driver.Counters;
        using CudaGraph graph = stream.Capture(() => gpu.LaunchAdd(stream, y, x));
        using CudaGraphInstance instance = graph.Instantiate();
        stream.Synchronize();
        Assert.Equal([1], GpuFixture.Download(y));
        instance.Launch(stream);
        Assert.Equal([1], GpuFixture.Download(y));
        stream.Synchronize();
        Assert.Equal([11], GpuFixture.Download(y));
        PtxCounters since = gpu.Driver.Counters - before;
        Assert.Equal((0, 1, 1, 1), (since.Launches, since.GraphLaunches, since.KernelsRun, since.GraphsInstantiated));
    }

    [Fact]
    public void An_instance_outlives_its_graph_and_copies_read_their_source_at_each_launch()
    {
        using var gpu = new GpuFixture();
        using var stream = new CudaStream(gpu.Context);
        using CudaDeviceVariable<float> y = gpu.Upload(0);
        using PinnedMemory<float> host = gpu.Pin(1);
        CudaGraph graph = stream.Capture(() => stream.CopyToDevice(y.Pointer, host, 0, 1));
        using CudaGraphInstance instance = graph.Instantiate();
        graph.Dispose();
        foreach (float value in new float[] { 4, 7 })
        {
            host.Span[0] = value;
            instance.Launch(stream);
            stream.Synchronize();
            Assert.Equal([value], GpuFixture.Download(y));
        }
    }

    [Fact]
    public void A_fork_is_captured_with_its_dependencies()
    {
        for (int seed = 0; seed < 10; seed++)
        {
            using var gpu = new GpuFixture(new PtxDriverOptions { Seed = seed });
            _ = gpu.Add; // loaded before the capture
            using CudaStream main = new(gpu.Context), side = new(gpu.Context);
            using CudaEvent forked = new(gpu.Context), joined = new(gpu.Context);
            using CudaDeviceVariable<float> a = gpu.Upload(1), b = gpu.Upload(10), c = gpu.Upload(100);
            using CudaGraph graph = main.Capture(() =>
            {
                gpu.LaunchAdd(main, a, b); // a = 11
                forked.Record(main);
                side.Wait(forked);
                gpu.LaunchAdd(side, b, a); // b = 21
                joined.Record(side);
                gpu.LaunchAdd(main, c, a); // c = 111, beside the side stream
                main.Wait(joined);
                gpu.LaunchAdd(main, c, b); // c = 132
            });
            using CudaGraphInstance instance = graph.Instantiate();
            instance.Launch(main);
            main.Synchronize();
            Assert.Equal([11], GpuFixture.Download(a));
            Assert.Equal([21], GpuFixture.Download(b));
            Assert.Equal([132], GpuFixture.Download(c));
            b.Clear(side); // and the side stream is its own again
            side.Synchronize();
            Assert.Equal([0], GpuFixture.Download(b));
        }
    }

    public static TheoryData<string, string> Forbidden => new()
    {
        { "synchronize", "CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED" },
        { "synchronize context", "CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED" },
        { "allocate", "CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED" },
        { "pin", "CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED" },
        { "copy at once", "CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED" },
        { "load", "CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED" },
        { "begin", "CUDA_ERROR_ILLEGAL_STATE" },
        { "wait for the outside", "CUDA_ERROR_STREAM_CAPTURE_ISOLATION" },
        { "ask a captured event", "CUDA_ERROR_CAPTURED_EVENT" },
    };

    [Theory]
    [MemberData(nameof(Forbidden))]
    public void What_may_not_be_captured_fails_and_leaves_the_stream_usable(string what, string expected)
    {
        using var gpu = new GpuFixture();
        using CudaStream stream = new(gpu.Context), outside = new(gpu.Context);
        using CudaEvent mark = new(gpu.Context);
        using CudaDeviceVariable<float> y = gpu.Upload(1), x = gpu.Upload(10);
        mark.Record(outside);
        CudaException error = Assert.Throws<CudaException>(() => stream.Capture(() =>
        {
            y.Clear(stream);
            switch (what)
            {
                case "synchronize":
                    stream.Synchronize();
                    break;
                case "synchronize context":
                    gpu.Context.Synchronize();
                    break;
                case "allocate":
                    using (gpu.Upload(1)) break;
                case "pin":
                    using (gpu.Pin(1)) break;
                case "copy at once":
                    y.CopyFrom([1]);
                    break;
                case "load":
                    using (new CudaModule(gpu.Context, GpuFixture.AddPtx)) break;
                case "begin":
                    stream.BeginCapture();
                    break;
                case "wait for the outside":
                    stream.Wait(mark);
                    break;
                case "ask a captured event":
                    mark.Record(stream);
                    mark.Synchronize();
                    break;
            }
        }));
        Assert.Equal(expected, error.Result);
        gpu.LaunchAdd(stream, y, x);
        stream.Synchronize();
        Assert.Equal([11], GpuFixture.Download(y));
    }

    [Fact]
    public void After_a_forbidden_call_the_capture_is_lost_even_when_the_call_is_ignored()
    {
        using var gpu = new GpuFixture();
        using var stream = new CudaStream(gpu.Context);
        using CudaDeviceVariable<float> y = gpu.Upload(1);
        stream.BeginCapture();
        Assert.Throws<CudaException>(stream.Synchronize);
        CudaException error = Assert.Throws<CudaException>(() => y.Clear(stream));
        Assert.Equal("CUDA_ERROR_STREAM_CAPTURE_INVALIDATED", error.Result);
        error = Assert.Throws<CudaException>(stream.EndCapture);
        Assert.Equal(("CUDA_ERROR_STREAM_CAPTURE_INVALIDATED", "cuStreamEndCapture"), (error.Result, error.Call));
        using CudaGraph graph = stream.Capture(() => y.Clear(stream));
    }

    [Fact]
    public void A_side_stream_must_be_joined()
    {
        using var gpu = new GpuFixture();
        using CudaStream main = new(gpu.Context), side = new(gpu.Context);
        using var forked = new CudaEvent(gpu.Context);
        using CudaDeviceVariable<float> y = gpu.Upload(1);
        CudaException error = Assert.Throws<CudaException>(() => main.Capture(() =>
        {
            y.Clear(main);
            forked.Record(main);
            side.Wait(forked);
            y.Clear(side);
        }));
        Assert.Equal("CUDA_ERROR_STREAM_CAPTURE_UNJOINED", error.Result);
    }

    [Fact]
    public void A_capture_is_ended_by_its_thread_on_its_stream()
    {
        using var gpu = new GpuFixture();
        using CudaStream main = new(gpu.Context), side = new(gpu.Context);
        using var forked = new CudaEvent(gpu.Context);
        main.BeginCapture();
        forked.Record(main);
        side.Wait(forked);
        CudaException error = OnAnotherThread(() => main.EndCapture());
        Assert.Equal("CUDA_ERROR_STREAM_CAPTURE_WRONG_THREAD", error.Result);
        error = Assert.Throws<CudaException>(side.EndCapture);
        Assert.Equal("CUDA_ERROR_STREAM_CAPTURE_UNMATCHED", error.Result);
    }

    [Fact]
    public void Other_threads_may_use_the_device_during_a_capture()
    {
        using var gpu = new GpuFixture();
        using var stream = new CudaStream(gpu.Context);
        using CudaDeviceVariable<float> y = gpu.Upload(1);
        using CudaGraph graph = stream.Capture(() =>
        {
            var thread = new Thread(() => gpu.Upload(5).Dispose());
            thread.Start();
            thread.Join();
            y.Clear(stream);
        });
        using CudaGraphInstance instance = graph.Instantiate();
        instance.Launch(stream);
        stream.Synchronize();
        Assert.Equal([0], GpuFixture.Download(y));
    }

    [Fact]
    public void A_loop_of_launches_allocates_nothing_on_the_managed_heap()
    {
        using var gpu = new GpuFixture();
        _ = gpu.Add; // loaded before the capture
        using var stream = new CudaStream(gpu.Context);
        using var done = new CudaEvent(gpu.Context);
        using CudaDeviceVariable<float> y = gpu.Upload(0), x = gpu.Upload(1);
        using PinnedMemory<float> token = gpu.Pin(0);
        using CudaGraph graph = stream.Capture(() =>
        {
            gpu.LaunchAdd(stream, y, x);
            y.CopyToAsync(token, 1, stream);
        });
        using CudaGraphInstance instance = graph.Instantiate();
        float[] tokens = new float[10];
        int steps = 0;
        Decode();
        Assert.Equal(0, Allocations.Least(Decode));
        Assert.Equal(Enumerable.Range(steps - 9, 10).Select(i => (float)i), tokens);

        void Decode()
        {
            for (int i = 0; i < tokens.Length; i++, steps++)
            {
                instance.Launch(stream);
                done.Record(stream);
                done.Synchronize();
                stream.Synchronize();
                tokens[i] = token.Span[0];
            }
        }
    }

    private static CudaException OnAnotherThread(Action action)
    {
        CudaException? error = null;
        var thread = new Thread(() => error = Assert.Throws<CudaException>(action));
        thread.Start();
        thread.Join();
        return error!;
    }
}
