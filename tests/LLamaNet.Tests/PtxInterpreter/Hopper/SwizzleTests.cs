using LLamaNet.PtxInterpreter.Hopper;
using Xunit;

namespace LLamaNet.Tests.PtxInterpreter.Hopper;

// The tables of the PTX manual: which 16-byte chunk stands where, line by line.
public class SwizzleTests
{
    [Fact]
    public void Eight_lines_of_128_bytes_exchange_all_their_chunks()
    {
        // Row r: the chunk that stands at place 0, 1, ...
        int[][] table =
        [
            [0, 1, 2, 3, 4, 5, 6, 7], [1, 0, 3, 2, 5, 4, 7, 6], [2, 3, 0, 1, 6, 7, 4, 5], [3, 2, 1, 0, 7, 6, 5, 4],
            [4, 5, 6, 7, 0, 1, 2, 3], [5, 4, 7, 6, 1, 0, 3, 2], [6, 7, 4, 5, 2, 3, 0, 1], [7, 6, 5, 4, 3, 2, 1, 0],
        ];
        AssertPlaces(Swizzle.Bytes128, table);
    }

    [Fact]
    public void With_64_bytes_pairs_of_lines_exchange_chunks_in_their_halves()
    {
        int[][] table =
        [
            [0, 1, 2, 3, 4, 5, 6, 7], [1, 0, 3, 2, 5, 4, 7, 6], [2, 3, 0, 1, 6, 7, 4, 5], [3, 2, 1, 0, 7, 6, 5, 4],
        ];
        AssertPlaces(Swizzle.Bytes64, table);
    }

    [Fact]
    public void With_32_bytes_odd_lines_exchange_neighbours() =>
        AssertPlaces(Swizzle.Bytes32, [[0, 1, 2, 3, 4, 5, 6, 7], [1, 0, 3, 2, 5, 4, 7, 6]]);

    [Fact]
    public void Without_swizzle_nothing_moves() => AssertPlaces(Swizzle.None, [[0, 1, 2, 3, 4, 5, 6, 7]]);

    // The pattern repeats after the table's lines, and the bytes of a chunk stay together.
    private static void AssertPlaces(Swizzle swizzle, int[][] table)
    {
        for (uint line = 0; line < 32; line++)
        {
            for (uint place = 0; place < 8; place++)
            {
                uint chunk = (uint)table[line % table.Length][place];
                for (uint offset = 0; offset < 16; offset += 5)
                    Assert.Equal(line * 128 + place * 16 + offset, swizzle.Apply(line * 128 + chunk * 16 + offset));
            }
        }
    }
}
