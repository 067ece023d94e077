using CsCheck;
using LLamaNet.Checkpoints.Torch;
using Xunit;
using Crc32 = System.IO.Hashing.Crc32;

namespace LLamaNet.Tests.Checkpoints.Torch;

public class PartialCrc32Tests
{
    [Fact]
    public void Parts_in_any_order_give_the_checksum_of_the_whole() =>
        Gen.Select(Gen.Byte.Array[1, 300], Gen.Int[0, 299].Array[0, 6], Gen.Int).Sample((bytes, cuts, seed) =>
        {
            int[] ends = [.. cuts.Where(cut => cut > 0 && cut < bytes.Length).Append(bytes.Length).Distinct().Order()];
            (int Start, int End)[] parts = [.. ends.Select((end, i) => (i == 0 ? 0 : ends[i - 1], end))];
            new Random(seed).Shuffle(parts);
            var crc = new PartialCrc32(bytes.Length, Crc32.HashToUInt32(bytes));
            foreach ((int start, int end) in parts)
            {
                Assert.Null(crc.Matches);
                Assert.True(crc.Add(start, bytes.AsSpan(start, end - start)));
            }

            Assert.True(crc.Matches);
        });

    [Fact]
    public void A_changed_byte_is_told_by_the_part_that_completes_the_whole()
    {
        byte[] bytes = [.. Enumerable.Range(0, 100).Select(i => (byte)i)];
        var crc = new PartialCrc32(100, Crc32.HashToUInt32(bytes));
        bytes[70] ^= 1;
        Assert.True(crc.Add(60, bytes.AsSpan(60)));
        Assert.False(crc.Add(0, bytes.AsSpan(0, 60)));
        Assert.False(crc.Matches);
        Assert.False(crc.Add(0, bytes.AsSpan(0, 1)));
    }

    [Fact]
    public void Parts_that_overlap_count_once()
    {
        byte[] bytes = [.. Enumerable.Range(0, 50).Select(i => (byte)(i * 3))];
        var crc = new PartialCrc32(50, Crc32.HashToUInt32(bytes));
        crc.Add(0, bytes.AsSpan(0, 30));
        crc.Add(0, bytes.AsSpan(0, 30));
        crc.Add(20, bytes.AsSpan(20, 20));
        Assert.Null(crc.Matches);
        crc.Add(30, bytes.AsSpan(30));
        Assert.True(crc.Matches);
    }

    [Fact]
    public void An_empty_entry_has_checksum_0()
    {
        Assert.True(new PartialCrc32(0, 0).Matches);
        Assert.False(new PartialCrc32(0, 1).Add(0, []));
    }
}
