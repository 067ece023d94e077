using LLamaNet.PtxInterpreter.Hopper;
using Xunit;

namespace LLamaNet.Tests.PtxInterpreter.Hopper;

public class MatrixDescriptorTests
{
    [Fact]
    public void Fields_are_where_the_manual_has_them()
    {
        var descriptor = new MatrixDescriptor(
            0x2000 >> 4 | (ulong)(0x1230 >> 4) << 16 | (ulong)(0x3FFF0 >> 4) << 32 | 5UL << 49 | 2UL << 62);
        Assert.Equal(0x2000u, descriptor.Start);
        Assert.Equal(0x1230u, descriptor.LeadingBytes);
        Assert.Equal(0x3FFF0u, descriptor.StrideBytes);
        Assert.Equal(5, descriptor.BaseOffset);
        Assert.Equal(Swizzle.Bytes64, descriptor.Swizzle);
        Assert.Equal(Swizzle.Bytes128, new MatrixDescriptor(1UL << 62).Swizzle);
        Assert.Equal(Swizzle.Bytes32, new MatrixDescriptor(3UL << 62).Swizzle);
        Assert.Equal(Swizzle.None, new MatrixDescriptor(0).Swizzle);
    }

    [Fact]
    public void Without_swizzle_core_matrices_stand_by_both_offsets()
    {
        var descriptor = new MatrixDescriptor(0x400 >> 4 | 128UL >> 4 << 16 | 256UL >> 4 << 32);
        Assert.Equal(0x400u, descriptor.ChunkAddress(0, 0));
        Assert.Equal(0x400u + 3 * 16, descriptor.ChunkAddress(3, 0));
        Assert.Equal(0x400u + 128 + 7 * 16, descriptor.ChunkAddress(7, 1));
        Assert.Equal(0x400u + 2 * 256 + 16, descriptor.ChunkAddress(17, 0));
    }

    [Theory]
    [InlineData(1, 128)]
    [InlineData(2, 64)]
    [InlineData(3, 32)]
    public void With_swizzle_rows_stand_in_eights_and_k_moves_the_start(int mode, int span)
    {
        Swizzle swizzle = new MatrixDescriptor((ulong)mode << 62).Swizzle;
        for (int k = 0; k < span / 32; k++)
        {
            int start = 0x4000 + 32 * k;
            var descriptor = new MatrixDescriptor((ulong)start >> 4 | (ulong)(8 * span) >> 4 << 32 | (ulong)mode << 62);
            for (int row = 0; row < 64; row++)
            {
                for (int chunk = 0; chunk < 2; chunk++)
                    Assert.Equal(swizzle.Apply((uint)(start + row * span + 16 * chunk)), descriptor.ChunkAddress(row, chunk));
            }
        }
    }
}
