using LLamaNet.Sampling;
using Xunit;

namespace LLamaNet.Tests.Sampling;

public class PhiloxTests
{
    // Known answers published with the paper's Random123 library (kat_vectors, philox4x32 10).
    [Fact]
    public void Blocks_are_the_published_ones()
    {
        Assert.Equal((0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u), Philox.Block((0, 0, 0, 0), (0, 0)));
        Assert.Equal(
            (0x408f276du, 0x41c83b0eu, 0xa20bc7c6u, 0x6d5451fdu),
            Philox.Block((uint.MaxValue, uint.MaxValue, uint.MaxValue, uint.MaxValue), (uint.MaxValue, uint.MaxValue)));
        Assert.Equal(
            (0xd16cfe09u, 0x94fdccebu, 0x5001e420u, 0x24126ea1u),
            Philox.Block((0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344), (0xa4093822, 0x299f31d0)));
    }

    [Fact]
    public void Uniform_numbers_fill_the_interval_evenly()
    {
        var counts = new int[16];
        for (ulong index = 0; index < 16000; index++) counts[(int)(16 * Philox.Uniform(7, index))]++;

        // 15 degrees of freedom; 37.7 is exceeded once in a thousand times, and the seed is fixed.
        Assert.InRange(counts.Sum(count => (count - 1000.0) * (count - 1000.0) / 1000), 0, 37.7);
    }

    [Fact]
    public void All_bits_of_seed_and_index_matter()
    {
        double[] values =
        [
            Philox.Uniform(0, 0), Philox.Uniform(1, 0), Philox.Uniform(0, 1), Philox.Uniform(1UL << 63, 0),
            Philox.Uniform(0, 1UL << 40),
        ];

        Assert.Equal(values.Length, values.Distinct().Count());
    }
}
