using LLamaNet.Backends;
using LLamaNet.Backends.Cuda;
using LLamaNet.Backends.Cuda.Step;
using LLamaNet.PtxInterpreter;
using LLamaNet.Tensors;
using Xunit;

namespace LLamaNet.Tests.Backends.Cuda;

// The backend around its kernels: memory, checks, which kernel is taken, what goes up with a batch.
public class CudaBackendTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void Its_name_says_which_GPU_it_is()
    {
        using var gpu = new GpuFixture(new PtxDevice("GPU X"));
        CudaBackend backend = gpu.OpenBackend();
        Assert.Equal("GPU X, compute capability 8.0", backend.Name);
        Assert.InRange(backend.AvailableBytes, 1 << 20, new PtxDevice().MemoryBytes);
    }

    [Theory]
    [InlineData(DType.F32)]
    [InlineData(DType.F16)]
    public void What_is_written_is_read(DType type)
    {
        using var gpu = new GpuFixture();
        CudaBackend backend = gpu.OpenBackend();
        using Tensor tensor = backend.Allocate(type, 4, 3);
        backend.Write(tensor, [1, 2, 3, 4, 5, 6, 7, 8, 9]);
        var rows = new float[6];
        backend.Read(tensor, 2, rows);
        Assert.Equal([7, 8, 9, 0, 0, 0], rows);
        Assert.Throws<ArgumentOutOfRangeException>(() => backend.Allocate(DType.Q8_0, 1, 32));
    }

    [Fact]
    public void Shapes_that_do_not_fit_are_refused()
    {
        using var gpu = new GpuFixture();
        CudaBackend backend = gpu.OpenBackend();
        using Tensor small = backend.Allocate(DType.F32, 2, 8), wide = backend.Allocate(DType.F32, 2, 9);
        using Tensor halves = backend.Allocate(DType.F16, 2, 8);
        using Weight weight = backend.Load([new TestMatrix(DType.F16, 4, 8, 1)], _ => { }, Token);
        Assert.Throws<ArgumentException>(() => backend.Write(small, new float[7]));
        Assert.Throws<ArgumentException>(() => backend.Read(small, 1, new float[16]));
        Assert.Throws<ArgumentException>(() => backend.Add(small, wide, 1));
        Assert.Throws<ArgumentException>(() => backend.Add(small, small, 3));
        Assert.Throws<ArgumentException>(() => backend.Add(small, halves, 1));
        Assert.Throws<ArgumentException>(() => backend.SwiGlu(small, wide, 1));
        Assert.Throws<ArgumentException>(() => backend.RmsNorm(small, small, wide, 1, 0));
        Assert.Throws<ArgumentException>(() => backend.MatMul(small, small, weight, 1));
        Assert.Throws<ArgumentException>(() => backend.MatMul(backend.Allocate(DType.F32, 2, 4), wide, weight, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => backend.Gather(small, small, [2]));
        Assert.Throws<ArgumentOutOfRangeException>(() => backend.Gather(small, small, [0, -1]));
        using var rope = new RopeTable(backend.Allocate(DType.F32, 1, 2), backend.Allocate(DType.F32, 1, 2));
        var batch = new Batch(2);
        batch.Append([3, 4], 0, [0], rope, Batch.Outputs.None);
        Assert.Throws<ArgumentException>(() => backend.Embed(small, weight, batch));
        Assert.Equal(0, gpu.Driver.Counters.Launches);
    }

    // Of a step that differs from the one before in a token alone, as when a prompt is computed again, one copy goes up.
    [Fact]
    public void A_batch_goes_up_in_one_copy_and_not_at_all_when_it_is_there()
    {
        using var gpu = new GpuFixture();
        CudaBackend backend = gpu.OpenBackend();
        using Weight table = backend.Load([new TestMatrix(DType.F16, 9, 8, 1)], _ => { }, Token);
        using Tensor y = backend.Allocate(DType.F32, 5, 8);
        using var rope = new RopeTable(backend.Allocate(DType.F32, 9, 4), backend.Allocate(DType.F32, 9, 4));
        Assert.Equal(1, Copies([1, 2, 3]));
        Assert.Equal(0, Copies([1, 2, 3]));
        Assert.Equal(1, Copies([1, 2, 4]));
        Assert.Equal(0, Copies([1, 2, 4]));

        long Copies(int[] tokens)
        {
            var batch = new Batch(5);
            batch.Append(tokens, 2, [0], rope, Batch.Outputs.Last);
            batch.Append([8], 7, [1], rope, Batch.Outputs.Last);
            long before = gpu.Driver.Counters.CopiesToDevice;
            backend.Step(batch, step => backend.Embed(y, table, step));
            var rows = new float[4 * 8];
            backend.Read(y, 0, rows);
            return gpu.Driver.Counters.CopiesToDevice - before;
        }
    }

    [Fact]
    public void A_step_that_fails_leaves_the_next_one_right()
    {
        using var gpu = new GpuFixture();
        CudaBackend backend = gpu.OpenBackend();
        var source = new TestMatrix(DType.F32, 9, 8, 1);
        using Weight table = backend.Load([source], _ => { }, Token);
        using Tensor y = backend.Allocate(DType.F32, 1, 8);
        using var rope = new RopeTable(backend.Allocate(DType.F32, 9, 4), backend.Allocate(DType.F32, 9, 4));
        // The first is launched, the second recorded.
        foreach (int token in (int[])[3, 4])
        {
            var batch = new Batch(1);
            batch.Append([token], 0, [0], rope, Batch.Outputs.Last);
            Assert.Throws<InvalidOperationException>(() => backend.Step(batch, _ => throw new InvalidOperationException()));
            backend.Step(batch, step => backend.Embed(y, table, step));
            Assert.Equal(source.Dequantized()[(token * 8)..(token * 8 + 8)], backend.Values(y));
        }
    }

    [Fact]
    public void Recordings_of_the_forms_used_last_are_kept()
    {
        using var recordings = new StepRecordings();
        var rope = new RopeTable(null!, null!);
        Batch Of(int rows)
        {
            var batch = new Batch(rows);
            for (int i = 0; i < rows; i++) batch.Append([0], 0, [0], rope, Batch.Outputs.Last);
            return batch;
        }

        Assert.Null(recordings.Find(Of(1)));
        for (int rows = 1; rows <= StepRecordings.MaxForms; rows++) recordings.Expect(Of(rows));
        StepRecordings.Recording? first = recordings.Find(Of(1));
        Assert.NotNull(first);
        recordings.Expect(Of(100));
        Assert.Null(recordings.Find(Of(2)));
        Assert.Same(first, recordings.Find(Of(1)));
        Assert.NotNull(recordings.Find(Of(100)));
    }

    // Recorded steps check their batches too: a graph would follow any pointer.
    [Fact]
    public void A_replayed_step_refuses_what_its_operations_would()
    {
        using var gpu = new GpuFixture();
        CudaBackend backend = gpu.OpenBackend();
        var shape = new AttentionShape(1, 1, 8);
        using Weight table = backend.Load([new TestMatrix(DType.F16, 9, 24, 1)], _ => { }, Token);
        using Tensor qkv = backend.Allocate(DType.F32, 1, shape.QkvWidth), y = backend.Allocate(DType.F32, 1, 8);
        using var cache = new TestCache(backend, shape, DType.F16, 2);
        using var rope = new RopeTable(backend.Allocate(DType.F32, 70, 4), backend.Allocate(DType.F32, 70, 4));
        for (int i = 0; i < 3; i++) Step(1, 64 + i, [0, 1]);
        long launched = gpu.Driver.Counters.GraphLaunches;
        Assert.Equal(2, launched);
        Assert.Throws<ArgumentException>(() => Step(9, 0, [0]));
        Assert.Throws<ArgumentException>(() => Step(1, 0, [2]));
        Assert.Throws<ArgumentException>(() => Step(1, 70, [0, 1]));
        Step(8, 69, [1, 0]);
        Assert.Equal(launched + 1, gpu.Driver.Counters.GraphLaunches);

        void Step(int token, int position, int[] pages)
        {
            var batch = new Batch(1);
            batch.Append([token], position, pages, rope, Batch.Outputs.Last);
            backend.Step(batch, step =>
            {
                backend.Embed(qkv, table, step);
                backend.RopeStoreKv(cache.Kv, qkv, shape, step);
                backend.Attention(y, qkv, cache.Kv, shape, step);
            });
            Assert.All(backend.Values(y), value => Assert.True(float.IsFinite(value)));
        }
    }
}
