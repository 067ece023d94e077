using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;

namespace LLamaNet.Tests.Doubles;

// Writes zip files as torch.save does, or wrong in one way that a test chooses.
internal sealed class ZipWriter
{
    private readonly List<byte> _file = [];
    private readonly List<(string Name, byte[] Contents, long Offset)> _entries = [];

    // Sizes and CRC-32 behind the data instead of in the local header.
    public bool Descriptors { get; init; } = true;

    // Descriptors with 8-byte sizes, local and central sizes in the zip64 extra field.
    public bool Zip64 { get; init; }

    // torch writes the zip64 end records even where they are not needed.
    public bool Zip64End { get; init; } = true;

    public ushort Method { get; init; }

    public ushort Flags { get; init; } = 1 << 11;

    // Contents start at a multiple of it.
    public int Alignment { get; init; } = 64;

    public string? LocalName { get; init; }

    public string Comment { get; init; } = "";

    private ushort AllFlags => (ushort)(Flags | (Descriptors ? 8 : 0));

    public static byte[] Write(params (string Name, byte[] Contents)[] entries) => new ZipWriter().Add(entries).ToArray();

    public ZipWriter Add(params (string Name, byte[] Contents)[] entries)
    {
        foreach ((string name, byte[] contents) in entries) Add(name, contents);
        return this;
    }

    public void Skip(int bytes) => _file.AddRange(new byte[bytes]);

    public void Add(string name, byte[] contents)
    {
        _entries.Add((name, contents, _file.Count));
        byte[] nameBytes = Encoding.UTF8.GetBytes(LocalName ?? name);
        long dataWithoutPadding = _file.Count + 30 + nameBytes.Length + 4;
        int padding = (int)((Alignment - dataWithoutPadding % Alignment) % Alignment);
        U32(0x04034b50);
        U16(0);
        U16(AllFlags);
        U16(Method);
        U32(0);
        U32(Descriptors ? 0 : Crc32.HashToUInt32(contents));
        U32(Descriptors ? 0 : (uint)contents.Length);
        U32(Descriptors ? 0 : (uint)contents.Length);
        U16((ushort)nameBytes.Length);
        U16((ushort)(4 + padding));
        _file.AddRange(nameBytes);
        U16(0x4246);
        U16((ushort)padding);
        _file.AddRange(new byte[padding]);
        _file.AddRange(contents);
        if (!Descriptors) return;
        U32(0x08074b50);
        U32(Crc32.HashToUInt32(contents));
        for (int i = 0; i < 2; i++)
        {
            if (Zip64) U64(contents.Length);
            else U32((uint)contents.Length);
        }
    }

    public byte[] ToArray(int? count = null, int startShift = 0)
    {
        long start = _file.Count;
        foreach ((string name, byte[] contents, long offset) in _entries) AddCentral(name, contents, offset);
        long bytes = _file.Count - start, record = _file.Count;
        int entries = count ?? _entries.Count;
        if (Zip64End)
        {
            U32(0x06064b50);
            U64(44);
            U32(0);
            U64(0);
            U64(entries);
            U64(entries);
            U64(bytes);
            U64(start + startShift);
            U32(0x07064b50);
            U32(0);
            U64(record);
            U32(1);
        }

        U32(0x06054b50);
        U32(0);
        U16((ushort)entries);
        U16((ushort)entries);
        U32((uint)bytes);
        U32((uint)(start + startShift));
        U16((ushort)Comment.Length);
        _file.AddRange(Encoding.ASCII.GetBytes(Comment));
        return [.. _file];
    }

    private void AddCentral(string name, byte[] contents, long offset)
    {
        byte[] nameBytes = Encoding.UTF8.GetBytes(name);
        U32(0x02014b50);
        U32(0);
        U16(AllFlags);
        U16(Method);
        U32(0);
        U32(Crc32.HashToUInt32(contents));
        U32(Zip64 ? uint.MaxValue : (uint)contents.Length);
        U32(Zip64 ? uint.MaxValue : (uint)contents.Length);
        U16((ushort)nameBytes.Length);
        U16((ushort)(Zip64 ? 28 : 0));
        U16(0);
        U16(0);
        U16(0);
        U32(0);
        U32(Zip64 ? uint.MaxValue : (uint)offset);
        _file.AddRange(nameBytes);
        if (!Zip64) return;
        U16(1);
        U16(24);
        U64(contents.Length);
        U64(contents.Length);
        U64(offset);
    }

    private void U16(ushort value)
    {
        Span<byte> bytes = stackalloc byte[2];
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, value);
        _file.AddRange(bytes);
    }

    private void U32(uint value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        _file.AddRange(bytes);
    }

    private void U64(long value)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        _file.AddRange(bytes);
    }
}
