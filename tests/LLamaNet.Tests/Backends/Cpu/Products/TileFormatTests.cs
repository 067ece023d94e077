using LLamaNet.Backends.Cpu.Products;
using LLamaNet.Tensors;
using Xunit;

namespace LLamaNet.Tests.Backends.Cpu.Products;

// Weights in tiles, as the CPU multiplies them.
public class TileFormatTests
{
    public static TheoryData<DType> Formats => [.. TileFormat.All.Select(format => format.Type)];

    [Fact]
    public void Every_weight_format_has_tiles() =>
        Assert.Equal(WeightFormat.All.Select(f => f.Type).Order(), TileFormat.All.Select(f => f.Type).Order());

    [Theory]
    [MemberData(nameof(Formats))]
    public unsafe void Packing_is_undone_exactly_for_any_bits(DType type)
    {
        TileFormat tiles = TileFormat.Of(type);
        WeightFormat format = WeightFormat.Of(type);
        int width = format.BlockLength == 1 ? 37 : 3 * format.BlockLength;
        int rowBytes = (int)format.RowBytes(width);
        foreach (int rows in (int[])[1, 15, 16])
        {
            var source = new byte[rows * rowBytes];
            new Random(rows).NextBytes(source);
            var panel = new byte[tiles.PanelBytes(width)];
            var actual = new byte[rows * rowBytes];
            fixed (byte* s = source, p = panel, a = actual)
            {
                tiles.Pack(s, rows, width, p);
                for (int row = 0; row < rows; row++) tiles.Unpack(p, row, width, a + row * rowBytes);
            }

            Assert.Equal(source, actual);
        }
    }
}
