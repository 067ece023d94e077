using LLamaNet.PtxInterpreter;
using Xunit;

namespace LLamaNet.Tests.PtxInterpreter;

public sealed class DeviceMemoryTests
{
    [Fact]
    public void Allocations_are_aligned_apart_and_never_reused()
    {
        var memory = new DeviceMemory(10_000);
        ulong a = memory.Allocate(100), b = memory.Allocate(1);
        Assert.All([a, b], address => Assert.Equal(0UL, address % 256));
        Assert.True(b - a >= 356);
        Assert.Equal((101L, 9_899L), (memory.UsedBytes, memory.FreeBytes));
        memory.Free(a);
        Assert.True(memory.Allocate(100) > b);
        Assert.Throws<System.InsufficientMemoryException>(() => memory.Allocate(9_900));
        Assert.Throws<ArgumentException>(() => memory.Free(a));
        Assert.Throws<ArgumentException>(() => memory.Free(b + 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => memory.Allocate(0));
    }

    [Fact]
    public void Copies_stay_inside_an_allocation()
    {
        var memory = new DeviceMemory();
        ulong a = memory.Allocate(16), b = memory.Allocate(16);
        memory.CopyIn(a, [1, 2, 3]);
        memory.Copy(b + 1, a, 8);
        var result = new byte[16];
        memory.CopyOut(b, result);
        // What nobody wrote stays so, through copies, too.
        Assert.Equal([255, 1, 2, 3, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255], result);
        memory.Fill(b, [9, 8], 8);
        memory.CopyOut(b, result);
        Assert.Equal([9, 8, 9, 8, 9, 8, 9, 8, 9, 8, 9, 8, 9, 8, 9, 8], result);
        Assert.Throws<ArgumentOutOfRangeException>(() => memory.CopyIn(a + 14, [1, 2, 3]));
        Assert.Throws<ArgumentOutOfRangeException>(() => memory.CopyOut(a - 1, new byte[1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => memory.Copy(a, b, 17));
        Assert.True(memory.Contains(a + 15, 1));
        Assert.False(memory.Contains(a + 15, 2));
    }
}
