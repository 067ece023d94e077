using LLamaNet.Backends.Cpu.Memory;
using Xunit;

namespace LLamaNet.Tests.Backends.Cpu;

public unsafe class CpuTensorTests
{
    [Fact]
    public void Memory_is_zeroed_and_aligned_and_may_be_read_behind_its_end()
    {
        foreach (int width in (int[])[1, 15, 16, 17, 1000])
        {
            using var tensor = new CpuTensor(DType.F32, 3, width);
            Assert.Equal(0, (nint)tensor.Pointer % 64);
            for (int i = 0; i < 3 * width + 16; i++) Assert.Equal(0, tensor.Pointer[i]);
        }
    }

    [Fact]
    public void Rows_are_spans_of_the_width()
    {
        using var tensor = new CpuTensor(DType.F32, 3, 5);
        tensor.Row(1).Fill(2);
        Assert.Equal(5, tensor.Row(1).Length);
        Assert.Equal(2, tensor.Pointer[5]);
        Assert.Equal(0, tensor.Pointer[10]);
        Assert.Throws<ArgumentOutOfRangeException>(() => tensor.Row(3).Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => tensor.Row(-1).Length);
    }

    [Fact]
    public void A_disposed_tensor_gives_no_pointer()
    {
        var tensor = new CpuTensor(DType.F32, 1, 1);
        tensor.Dispose();
        tensor.Dispose();
        Assert.Throws<ObjectDisposedException>(() => tensor.Row(0).Length);
    }

    // 64 GiB: more than the test machines have. Memory is given when it is touched.
    [Fact]
    public void Untouched_memory_costs_nothing()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Elsewhere memory is reserved against the page file.");
        using var tensor = new CpuTensor(DType.F16, 1 << 22, 1 << 10);
        var halves = (ushort*)tensor.RowBytes(0);
        halves[(1L << 32) - 1] = 1;
        Assert.Equal(0, halves[1L << 31]);
    }
}
