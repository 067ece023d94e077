using System.Buffers.Binary;
using System.Text;

namespace LLamaNet.Checkpoints.Torch;

// The entries of a zip file as torch.save writes it: stored, never compressed, so that tensors can be read in place. The
// standard library's reader does not verify checksums and lets duplicate names and overlapping entries pass. Here the local
// headers must say what the central directory says, and entries, central directory and end records must fill the file.
// Format: PKWARE's APPNOTE.TXT 6.3.10, sections 4.3 and 4.5.3.
internal sealed class ZipDirectory
{
    private const uint LocalSignature = 0x04034b50, CentralSignature = 0x02014b50, DescriptorSignature = 0x08074b50;
    private const uint EndSignature = 0x06054b50, Zip64EndSignature = 0x06064b50, Zip64LocatorSignature = 0x07064b50;
    private const int LocalBytes = 30, CentralBytes = 46, EndBytes = 22, Zip64EndBytes = 56, Zip64LocatorBytes = 20;
    private const int SizesFollowData = 1 << 3, NamesAreUtf8 = 1 << 11;
    private const int MaxEntries = 100_000, MaxDirectoryBytes = 16 << 20, MaxNameBytes = 256;

    private readonly CheckedFile _file;

    private ZipDirectory(CheckedFile file) => _file = file;

    // In the order of the central directory.
    public static IReadOnlyList<ZipEntry> Read(CheckedFile file) => new ZipDirectory(file).Read();

    private List<ZipEntry> Read()
    {
        (long start, int bytes, int count) = FindCentralDirectory();
        byte[] directory = ReadBytes(start, bytes);
        var headers = new List<CentralHeader>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        int position = 0;
        for (int i = 0; i < count; i++)
        {
            CentralHeader header = ReadCentral(directory, ref position, start);
            if (!names.Add(header.Name)) throw Wrong(header.Name, "a name that occurs once", "a second entry of that name");
            headers.Add(header);
        }

        if (position != bytes)
            throw Wrong($"byte {start + position}", "the end of the central directory", $"{bytes - position} more bytes");
        Dictionary<string, ZipEntry> located = Locate(headers, start);
        return [.. headers.Select(header => located[header.Name])];
    }

    private (long Start, int Bytes, int Count) FindCentralDirectory()
    {
        if (_file.Length < EndBytes) throw Wrong("byte 0", $"a zip file of at least {EndBytes} bytes", $"{_file.Length} bytes");
        long at = _file.Length - EndBytes;
        byte[] end = ReadBytes(at, EndBytes);
        if (U32(end, 0) != EndSignature || U16(end, 20) != 0)
        {
            throw Wrong(
                $"byte {at}", "the end record of a zip file without comment", "other bytes (the file is cut short or is no zip)");
        }
        if (U16(end, 4) != 0 || U16(end, 6) != 0) throw Wrong($"byte {at}", "one zip file", "a part of several");
        (ulong count, ulong bytes, ulong start) = (U16(end, 10), U32(end, 12), U32(end, 16));
        long directoryEnd = at;
        if (ReadZip64End(at) is { } zip64)
        {
            Agree("number of entries", count, zip64.Count, ushort.MaxValue);
            Agree("size of the central directory", bytes, zip64.Bytes, uint.MaxValue);
            Agree("place of the central directory", start, zip64.Start, uint.MaxValue);
            (count, bytes, start, directoryEnd) = (zip64.Count, zip64.Bytes, zip64.Start, zip64.RecordStart);
        }

        if (bytes > MaxDirectoryBytes || start > (ulong)directoryEnd || start + bytes != (ulong)directoryEnd)
        {
            throw Wrong(
                $"byte {at}", $"a central directory that ends at byte {directoryEnd}", $"one of {bytes} bytes at byte {start}");
        }
        if (count is 0 or > MaxEntries || count * CentralBytes > bytes)
            throw Wrong($"byte {at}", $"1 to {Math.Min(MaxEntries, bytes / CentralBytes)} entries", $"{count}");
        return ((long)start, (int)bytes, (int)count);

        // A 32-bit field either repeats the 64-bit one or says that it cannot.
        void Agree(string what, ulong narrow, ulong wide, uint unknown)
        {
            if (narrow != wide && narrow != unknown) throw Wrong($"byte {at}", $"one {what}", $"{narrow} and {wide}");
        }
    }

    private (ulong Count, ulong Bytes, ulong Start, long RecordStart)? ReadZip64End(long endRecord)
    {
        long locatorAt = endRecord - Zip64LocatorBytes, recordAt = locatorAt - Zip64EndBytes;
        if (recordAt < 0) return null;
        byte[] records = ReadBytes(recordAt, Zip64EndBytes + Zip64LocatorBytes);
        ReadOnlySpan<byte> locator = records.AsSpan(Zip64EndBytes);
        if (U32(locator, 0) != Zip64LocatorSignature) return null;
        if (U32(locator, 4) != 0 || U32(locator, 16) != 1 || U64(locator, 8) != (ulong)recordAt
            || U32(records, 0) != Zip64EndSignature || U64(records, 4) != Zip64EndBytes - 12
            || U32(records, 16) != 0 || U32(records, 20) != 0 || U64(records, 24) != U64(records, 32))
            throw Wrong($"byte {recordAt}", "the zip64 end record and its locator", "other bytes");
        return (U64(records, 32), U64(records, 40), U64(records, 48), recordAt);
    }

    private CentralHeader ReadCentral(ReadOnlySpan<byte> directory, ref int position, long start)
    {
        string place = $"byte {start + position}";
        ReadOnlySpan<byte> rest = directory[position..];
        if (rest.Length < CentralBytes || U32(rest, 0) != CentralSignature)
            throw Wrong(place, "an entry of the central directory", "other bytes");
        int nameBytes = U16(rest, 28), extraBytes = U16(rest, 30), commentBytes = U16(rest, 32);
        if (rest.Length < CentralBytes + nameBytes + extraBytes + commentBytes)
        {
            throw Wrong(
                place, "an entry inside the central directory",
                $"one that ends {CentralBytes + nameBytes + extraBytes + commentBytes - rest.Length} bytes behind it");
        }
        string name = ReadName(rest.Slice(CentralBytes, nameBytes), place);
        int flags = U16(rest, 8);
        if ((flags & ~(SizesFollowData | NamesAreUtf8)) != 0)
            throw Wrong(name, "a plain entry", $"zip flags 0x{flags:x4} (encrypted or patched)");
        if (U16(rest, 10) != 0) throw Wrong(name, "a stored entry", $"compression method {U16(rest, 10)}");
        if (U16(rest, 34) is not (0 or ushort.MaxValue)) throw Wrong(name, "one zip file", "a part of several");

        ulong stored = U32(rest, 20), bytes = U32(rest, 24), offset = U32(rest, 42);
        ReadZip64Extra(rest.Slice(CentralBytes + nameBytes, extraBytes), name, ref bytes, ref stored, ref offset);
        if (stored != bytes) throw Wrong(name, $"{bytes} stored bytes", $"{stored}");
        if (offset > (ulong)start || bytes > (ulong)start - offset)
            throw Wrong(name, $"an entry before the central directory at byte {start}", $"{bytes} bytes at byte {offset}");
        position += CentralBytes + nameBytes + extraBytes + commentBytes;
        return new CentralHeader(name, flags, U32(rest, 16), (long)bytes, (long)offset);
    }

    // Fields that do not fit 32 bits stand in extra field 1, in this order, and only those.
    private void ReadZip64Extra(ReadOnlySpan<byte> extra, string name, ref ulong bytes, ref ulong stored, ref ulong offset)
    {
        ReadOnlySpan<byte> wide = default;
        for (ReadOnlySpan<byte> rest = extra; !rest.IsEmpty;)
        {
            if (rest.Length < 4 || rest.Length - 4 < U16(rest, 2))
                throw Wrong(name, "whole extra fields", "one that is cut short");
            if (U16(rest, 0) == 1) wide = rest.Slice(4, U16(rest, 2));
            rest = rest[(4 + U16(rest, 2))..];
        }

        Widen(ref bytes, ref wide, name);
        Widen(ref stored, ref wide, name);
        Widen(ref offset, ref wide, name);
    }

    private void Widen(ref ulong field, ref ReadOnlySpan<byte> wide, string name)
    {
        if (field != uint.MaxValue) return;
        if (wide.Length < 8) throw Wrong(name, "a zip64 field", "none");
        field = U64(wide, 0);
        wide = wide[8..];
    }

    private Dictionary<string, ZipEntry> Locate(List<CentralHeader> headers, long end)
    {
        var located = new Dictionary<string, ZipEntry>(headers.Count, StringComparer.Ordinal);
        CentralHeader[] inFile = [.. headers.OrderBy(header => header.Offset)];
        long expected = 0;
        for (int i = 0; i < inFile.Length; i++)
        {
            CentralHeader header = inFile[i];
            if (header.Offset != expected)
                throw Wrong(header.Name, $"an entry at byte {expected}, where the one before ends", $"byte {header.Offset}");
            long next = i + 1 < inFile.Length ? inFile[i + 1].Offset : end;
            long data = ReadLocal(header, next);
            CheckDescriptor(header, data + header.Bytes, next);
            located.Add(header.Name, new ZipEntry(header.Name, data, header.Bytes, header.Crc32));
            expected = next;
        }

        return located;
    }

    // Returns where the data start.
    private long ReadLocal(CentralHeader header, long next)
    {
        int nameBytes = Encoding.UTF8.GetByteCount(header.Name);
        if (next - header.Offset < LocalBytes + nameBytes + header.Bytes)
            throw Wrong(header.Name, $"an entry that ends before byte {next}", $"{header.Bytes} bytes at byte {header.Offset}");
        byte[] local = ReadBytes(header.Offset, LocalBytes + nameBytes);
        uint crc = U32(local, 14), stored = U32(local, 18), bytes = U32(local, 22);
        bool sizesFollow = (header.Flags & SizesFollowData) != 0;
        bool sameSizes = bytes == stored && (bytes == header.Bytes || bytes == uint.MaxValue || (sizesFollow && bytes == 0));
        bool sameCrc = crc == header.Crc32 || (sizesFollow && crc == 0);
        if (U32(local, 0) != LocalSignature || U16(local, 6) != header.Flags || U16(local, 8) != 0 || !sameSizes || !sameCrc
            || U16(local, 26) != nameBytes || Encoding.UTF8.GetString(local, LocalBytes, nameBytes) != header.Name)
        {
            throw Wrong(
                header.Name, $"a local header at byte {header.Offset} like the one of the central directory", "other contents");
        }
        long data = header.Offset + LocalBytes + nameBytes + U16(local, 28);
        if (data > next - header.Bytes)
            throw Wrong(header.Name, $"data that end before byte {next}", $"{header.Bytes} bytes at byte {data}");
        return data;
    }

    // Behind the data: nothing, or [signature] CRC-32 and two sizes of 4 or 8 bytes each.
    private void CheckDescriptor(CentralHeader header, long at, long next)
    {
        long room = next - at;
        bool expected = (header.Flags & SizesFollowData) != 0;
        if (!expected && room == 0) return;
        if (expected && room is 12 or 16 or 20 or 24)
        {
            ReadOnlySpan<byte> descriptor = ReadBytes(at, (int)room);
            bool signed = room is 16 or 24;
            bool wide = room is 20 or 24;
            ReadOnlySpan<byte> numbers = signed ? descriptor[4..] : descriptor;
            ulong stored = wide ? U64(numbers, 4) : U32(numbers, 4), bytes = wide ? U64(numbers, 12) : U32(numbers, 8);
            if ((!signed || U32(descriptor, 0) == DescriptorSignature)
                && U32(numbers, 0) == header.Crc32 && stored == (ulong)header.Bytes && bytes == (ulong)header.Bytes)
                return;
        }

        throw Wrong(
            header.Name, expected ? $"its CRC-32 and sizes at byte {at}" : $"the next entry at byte {at}", $"{room} other bytes");
    }

    private string ReadName(ReadOnlySpan<byte> bytes, string place)
    {
        if (bytes.IsEmpty || bytes.Length > MaxNameBytes || bytes.ContainsAnyExceptInRange((byte)' ', (byte)'~'))
            throw Wrong(place, $"an entry's name of 1 to {MaxNameBytes} printable ASCII characters", $"{bytes.Length} bytes");
        return Encoding.ASCII.GetString(bytes);
    }

    private byte[] ReadBytes(long offset, int count)
    {
        byte[] bytes = new byte[count];
        _file.ReadExactly(offset, bytes);
        return bytes;
    }

    private ModelFormatException Wrong(string place, string expected, string found) => new(_file.Path, place, expected, found);

    private static ushort U16(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]);

    private static uint U32(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);

    private static ulong U64(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt64LittleEndian(bytes[at..]);

    private readonly record struct CentralHeader(string Name, int Flags, uint Crc32, long Bytes, long Offset);
}
