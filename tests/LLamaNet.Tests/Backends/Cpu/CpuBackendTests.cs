using LLamaNet.Backends;
using LLamaNet.Backends.Cpu;
using LLamaNet.Backends.Cpu.Simd;
using LLamaNet.Tensors;
using Xunit;

namespace LLamaNet.Tests.Backends.Cpu;

public class CpuBackendTests
{
    [Fact]
    public void Its_name_says_how_it_computes()
    {
        using var one = new CpuBackend(1, SimdWidth.V128);
        using var three = new CpuBackend(3);
        Assert.StartsWith("CPU, 1 thread, ", one.Name);
        Assert.Equal($"CPU, 3 threads, {SimdWidths.Describe(SimdWidths.Widest)}", three.Name);
    }

    [Theory]
    [InlineData(DType.F32)]
    [InlineData(DType.F16)]
    [InlineData(DType.BF16)]
    public void What_is_written_is_read(DType type)
    {
        using var backend = new CpuBackend(1);
        using Tensor tensor = backend.Allocate(type, 4, 3);
        backend.Write(tensor, [1, 2, 3, 4, 5, 6, 7, 8, 9]);
        var rows = new float[6];
        backend.Read(tensor, 2, rows);
        Assert.Equal([7, 8, 9, 0, 0, 0], rows);
    }

    [Fact]
    public void Shapes_that_do_not_fit_are_refused()
    {
        using var backend = new CpuBackend(2);
        using Tensor small = backend.Allocate(DType.F32, 2, 8), wide = backend.Allocate(DType.F32, 2, 9);
        using Tensor halves = backend.Allocate(DType.F16, 2, 8);
        Assert.Throws<ArgumentException>(() => backend.Write(small, new float[7]));
        Assert.Throws<ArgumentException>(() => backend.Write(small, new float[24]));
        Assert.Throws<ArgumentException>(() => backend.Read(small, 1, new float[16]));
        Assert.Throws<ArgumentException>(() => backend.Add(small, wide, 1));
        Assert.Throws<ArgumentException>(() => backend.Add(small, small, 3));
        Assert.Throws<ArgumentException>(() => backend.Add(small, halves, 1));
        Assert.Throws<ArgumentException>(() => backend.SwiGlu(small, wide, 1));
        Assert.Throws<ArgumentException>(() => backend.RmsNorm(small, small, wide, 1, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => backend.Gather(small, small, [2]));
        Assert.Throws<ArgumentOutOfRangeException>(() => backend.Gather(small, small, [0, -1]));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void A_step_allocates_nothing(int threads)
    {
        using var backend = new CpuBackend(threads);
        var shape = new AttentionShape(4, 1, 24);
        var kv = new KvLayer(backend.Allocate(DType.F16, 640, 24), backend.Allocate(DType.F16, 640, 24), 1, 24);
        using var rope = new RopeTable(backend.Allocate(DType.F32, 640, 12), backend.Allocate(DType.F32, 640, 12));
        using Tensor qkv = backend.Allocate(DType.F32, 40, shape.QkvWidth), y = backend.Allocate(DType.F32, 40, shape.QueryWidth);
        using Tensor norm = backend.Allocate(DType.F32, 1, shape.QueryWidth);
        using Tensor halfWidth = backend.Allocate(DType.F32, 40, shape.QueryWidth / 2);
        var batch = new Batch(40);
        batch.Append(new int[40], 600, [.. Enumerable.Range(0, 10)], rope, Batch.Outputs.Last);

        Assert.Equal(0, Allocations.Least(() =>
        {
            for (int i = 0; i < 10; i++) Step();
        }));

        void Step()
        {
            backend.RopeStoreKv(kv, qkv, shape, batch);
            backend.Attention(y, qkv, kv, shape, batch);
            backend.RmsNorm(y, y, norm, 40, 1e-5f);
            backend.Add(y, y, 40);
            backend.SwiGlu(halfWidth, y, 40);
            backend.Gather(norm, y, batch.OutputRows);
        }
    }

    [Fact]
    public void Only_widths_of_this_machine_are_taken()
    {
        foreach (SimdWidth width in Enum.GetValues<SimdWidth>().Except(SimdWidths.Supported))
            Assert.Throws<ArgumentOutOfRangeException>(() => new CpuBackend(1, width));
    }
}
