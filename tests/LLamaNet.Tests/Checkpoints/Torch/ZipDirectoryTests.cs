using System.IO.Compression;
using LLamaNet.Checkpoints;
using LLamaNet.Checkpoints.Torch;
using Xunit;

namespace LLamaNet.Tests.Checkpoints.Torch;

public class ZipDirectoryTests
{
    private static readonly (string, byte[])[] s_entries =
        [("a/data.pkl", [1, 2, 3]), ("a/data/0", [4, 5, 6, 7]), ("a/version", [])];

    [Theory]
    [InlineData(true, false, true)]
    [InlineData(true, false, false)]
    [InlineData(true, true, true)]
    [InlineData(false, false, true)]
    [InlineData(false, true, true)]
    public void Entries_are_found_in_every_layout(bool descriptors, bool zip64, bool zip64End)
    {
        byte[] zip = new ZipWriter { Descriptors = descriptors, Zip64 = zip64, Zip64End = zip64End }.Add(s_entries).ToArray();
        IReadOnlyList<ZipEntry> entries = Read(zip);
        Assert.Equal(["a/data.pkl", "a/data/0", "a/version"], entries.Select(entry => entry.Name));
        Assert.Equal([4, 5, 6, 7], zip.AsSpan((int)entries[1].DataOffset, (int)entries[1].Bytes).ToArray());
        Assert.All(entries, entry => Assert.Equal(0, entry.DataOffset % 64));
    }

    [Fact]
    public void What_the_standard_library_stores_can_be_read()
    {
        using var file = new MemoryStream();
        using (var zip = new ZipArchive(file, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach ((string name, byte[] contents) in s_entries)
            {
                using Stream entry = zip.CreateEntry(name, CompressionLevel.NoCompression).Open();
                entry.Write(contents);
            }
        }

        Assert.Equal(3, Read(file.ToArray()).Count);
    }

    [Fact]
    public void Compressed_entries_are_refused() =>
        Refused(new ZipWriter { Method = 8 }.Add(s_entries).ToArray(), "a stored entry");

    [Fact]
    public void Encrypted_entries_are_refused() => Refused(new ZipWriter { Flags = 1 }.Add(s_entries).ToArray(), "a plain entry");

    [Fact]
    public void A_name_that_occurs_twice_is_refused() =>
        Refused(ZipWriter.Write(("a/version", [1]), ("a/version", [2])), "a name that occurs once");

    [Fact]
    public void A_local_header_with_another_name_is_refused() =>
        Refused(new ZipWriter { LocalName = "a/data.pkx" }.Add(("a/data.pkl", [1])).ToArray(), "a local header");

    [Fact]
    public void Bytes_between_entries_are_refused()
    {
        var zip = new ZipWriter();
        zip.Add("a/data.pkl", [1]);
        zip.Skip(3);
        zip.Add("a/version", [2]);
        Refused(zip.ToArray(), "CRC-32 and sizes");
    }

    [Fact]
    public void A_comment_is_refused() => Refused(new ZipWriter { Comment = "x" }.Add(s_entries).ToArray(), "the end record");

    [Theory]
    [InlineData(2, 0)]
    [InlineData(4, 0)]
    [InlineData(0, 0)]
    [InlineData(30000, 0)]
    [InlineData(3, 1)]
    [InlineData(3, -1)]
    [InlineData(3, int.MaxValue)]
    public void A_directory_other_than_the_end_record_says_is_refused(int count, int startShift) =>
        Refused(new ZipWriter { Zip64End = count != 2 }.Add(s_entries).ToArray(count, startShift), "");

    [Fact]
    public void Overlapping_entries_are_refused()
    {
        // Two central entries for one local header.
        byte[] zip = new ZipWriter { Zip64End = false, Alignment = 1 }.Add(("a/data/0", [9]), ("a/data/1", [9])).ToArray();
        int central = zip.AsSpan().LastIndexOf("PK\u0001\u0002"u8);
        zip.AsSpan(central + 42, 4).Clear();
        Refused(zip, "an entry that ends before byte");
    }

    [Theory]
    [InlineData("")]
    [InlineData("PK")]
    [InlineData("not a zip file, but long enough to be one")]
    public void Other_files_are_refused(string text) =>
        Refused(System.Text.Encoding.ASCII.GetBytes(text), "");

    [Fact]
    public void A_zip_cut_anywhere_is_refused()
    {
        byte[] zip = ZipWriter.Write(s_entries);
        for (int length = 0; length < zip.Length; length++) Refused(zip[..length], "");
    }

    private static void Refused(byte[] zip, string expected) =>
        Assert.Contains(expected, Assert.Throws<ModelFormatException>(() => Read(zip)).Expected);

    private static IReadOnlyList<ZipEntry> Read(byte[] zip)
    {
        using CheckedFile file = CheckedFile.Over(new MemoryStream(zip), "test.pth");
        return ZipDirectory.Read(file);
    }
}
