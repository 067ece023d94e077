using LLamaNet.PtxInterpreter.Hopper;
using Xunit;

namespace LLamaNet.Tests.PtxInterpreter.Hopper;

public class TensorMapTests
{
    // 10 columns x 5 rows of halves, rows 32 bytes apart; a copy takes 8 x 3.
    private static readonly TensorMap s_map = new(2, 0x1000, [10, 5], [32], [8, 3], Swizzle.Bytes128);

    [Fact]
    public void A_map_comes_back_from_its_bytes()
    {
        TensorMap[] maps =
        [
            s_map,
            new(8, 0x7_0000_0010, [1UL << 32], [], [256], Swizzle.None),
            new(1, 16, [64, 2, 3, 4, 5], [64, 128, 384, (1UL << 40) - 16], [64, 1, 1, 2, 5], Swizzle.Bytes64),
        ];
        foreach (TensorMap map in maps)
        {
            Assert.Null(map.FindError());
            var bytes = new byte[TensorMap.Bytes];
            map.Write(bytes);
            TensorMap? read = TensorMap.Read(bytes);
            Assert.NotNull(read);
            Assert.Equal((map.ElementBytes, map.Address, map.Swizzle), (read.ElementBytes, read.Address, read.Swizzle));
            Assert.Equal(map.Extents, read.Extents);
            Assert.Equal(map.Strides, read.Strides);
            Assert.Equal(map.Box, read.Box);
        }

        Assert.Null(TensorMap.Read(new byte[TensorMap.Bytes]));
    }

    [Fact]
    public void What_the_driver_refuses_is_refused()
    {
        TensorMap[] wrong =
        [
            s_map with { ElementBytes = TensorMap.BytesOf(13) },
            s_map with { Address = 0x1008 },
            s_map with { Extents = [0, 5] },
            s_map with { Extents = [10, (1UL << 32) + 1] },
            s_map with { Strides = [24] },
            s_map with { Strides = [1UL << 40] },
            s_map with { Box = [8, 257] },
            s_map with { Box = [8, 0] },
            s_map with { Box = [7, 3] },
            s_map with { Box = [72, 3] },
            s_map with { Swizzle = (Swizzle)4 },
            s_map with { Extents = [], Strides = [], Box = [] },
        ];
        Assert.All(wrong, map => Assert.NotNull(map.FindError()));
    }

    [Fact]
    public void A_box_inside_has_all_its_bytes() =>
        Assert.Equal(
            [new(0, 0x1000 + 32 + 4, 0, 16), new(16, 0x1000 + 64 + 4, 0, 16), new(32, 0x1000 + 96 + 4, 0, 16)],
            s_map.Rows([2, 1]));

    [Fact]
    public void A_box_over_the_edges_is_filled_with_zeros()
    {
        Assert.Equal([new(0, 0x1000 + 96 + 16, 0, 4), new(16, 0x1000 + 128 + 16, 0, 4), new(32, 0, 0, 0)], s_map.Rows([8, 3]));
        Assert.Equal([new(0, 0, 0, 0), new(16, 0x1000, 6, 10), new(32, 0x1000 + 32, 6, 10)], s_map.Rows([-3, -1]));
        Assert.Equal([new(0, 0, 0, 0), new(16, 0, 0, 0), new(32, 0, 0, 0)], s_map.Rows([10, 0]));
    }

    [Fact]
    public void Dimensions_are_counted_from_the_fastest()
    {
        var map = new TensorMap(4, 0, [4, 3, 2], [16, 64], [4, 2, 2], Swizzle.None);
        Assert.Equal(64, map.BoxBytes);
        Assert.Equal([new(0, 32, 0, 16), new(16, 0, 0, 0), new(32, 96, 0, 16), new(48, 0, 0, 0)], map.Rows([0, 2, 0]));
    }
}
