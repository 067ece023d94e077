using LLamaNet.Backends.Cuda.Weights;
using LLamaNet.Tensors;
using Xunit;

namespace LLamaNet.Tests.Backends.Cuda;

// Weights in planes, as the host packs them for a GPU.
public class PlaneFormatTests
{
    public static TheoryData<DType> Formats => [.. PlaneFormat.All.Select(format => format.Type)];

    [Fact]
    public void Every_weight_format_has_planes() =>
        Assert.Equal(WeightFormat.All.Select(f => f.Type).Order(), PlaneFormat.All.Select(f => f.Type).Order());

    [Theory]
    [MemberData(nameof(Formats))]
    public unsafe void Packing_is_undone_exactly_for_any_bits_and_writes_nothing_else(DType type)
    {
        const int Rows = 7, FirstRow = 2, AllRows = 11;
        PlaneFormat planes = PlaneFormat.Of(type);
        WeightFormat format = WeightFormat.Of(type);
        int width = format.BlockLength == 1 ? 37 : 3 * format.BlockLength, rowBytes = (int)format.RowBytes(width);
        PlaneLayout layout = planes.Layout(AllRows, width);
        var source = new byte[Rows * rowBytes];
        new Random(5).NextBytes(source);
        var packed = new byte[layout.Bytes];
        Array.Fill(packed, (byte)0xa5);
        var actual = new byte[rowBytes];
        fixed (byte* s = source, p = packed, a = actual)
        {
            // In two calls, as a reader's slices come.
            planes.Pack(s, 3, width, p, layout, FirstRow);
            planes.Pack(s + 3 * rowBytes, Rows - 3, width, p, layout, FirstRow + 3);
            for (int row = 0; row < Rows; row++)
            {
                planes.Unpack(p, layout, FirstRow + row, width, a);
                Assert.Equal(source[(row * rowBytes)..((row + 1) * rowBytes)], actual);
            }
        }

        AssertUntouched(packed, 0, layout.LowRowBytes);
        AssertUntouched(packed, layout.HighOffset, layout.HighRowBytes);
        AssertUntouched(packed, layout.ScalesOffset, layout.ScalesRowBytes);
        AssertUntouched(packed, layout.SubsOffset, layout.SubsRowBytes);

        static void AssertUntouched(byte[] packed, long offset, int rowBytes)
        {
            Assert.False(packed.AsSpan((int)offset, FirstRow * rowBytes).ContainsAnyExcept((byte)0xa5));
            Assert.False(packed.AsSpan((int)offset + (FirstRow + Rows) * rowBytes, (AllRows - FirstRow - Rows) * rowBytes)
                .ContainsAnyExcept((byte)0xa5));
        }
    }

    // Bits a weight on the device; on disk there are as many, but for fields of less than a byte that are bytes here.
    [Theory]
    [InlineData(DType.F32, 32)]
    [InlineData(DType.F16, 16)]
    [InlineData(DType.BF16, 16)]
    [InlineData(DType.Q8_0, 8.5)]
    [InlineData(DType.Q4_0, 4.5)]
    [InlineData(DType.Q4_1, 5)]
    [InlineData(DType.Q5_0, 5.5)]
    [InlineData(DType.Q5_1, 6)]
    [InlineData(DType.Q2_K, 2.625)]
    [InlineData(DType.Q3_K, 3.5625)]
    [InlineData(DType.Q4_K, 4.625)]
    [InlineData(DType.Q5_K, 5.625)]
    [InlineData(DType.Q6_K, 6.5625)]
    [InlineData(DType.IQ4_NL, 4.5)]
    [InlineData(DType.IQ4_XS, 4.3125)]
    public void Planes_are_as_small_as_the_file(DType type, double bits) =>
        Assert.Equal(4096 * 4096 / 8 * bits, PlaneFormat.Of(type).Layout(4096, 4096).Bytes);

    [Fact]
    public void Planes_and_rows_begin_where_loads_of_16_bytes_may()
    {
        foreach (PlaneFormat format in PlaneFormat.All)
        {
            PlaneLayout layout = format.Layout(3, 256);
            Assert.All(
                (long[])
                [
                    layout.LowRowBytes, layout.HighRowBytes, layout.HighOffset, layout.ScalesOffset, layout.SubsOffset,
                    layout.Bytes,
                ],
                bytes => Assert.Equal(0, bytes % 16));
        }
    }

    [Fact]
    public void A_width_that_is_no_whole_number_of_blocks_is_refused() =>
        Assert.Throws<ArgumentException>(() => PlaneFormat.Of(DType.Q4_K).Layout(1, 128));
}
