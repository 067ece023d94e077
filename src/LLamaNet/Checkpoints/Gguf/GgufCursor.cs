using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Unicode;

namespace LLamaNet.Checkpoints.Gguf;

// Reads the header, metadata and tensor list of a GGUF file from front to back. Little-endian. A declared length is compared
// with what is left of the file before anything is allocated for it.
internal sealed class GgufCursor(CheckedFile file)
{
    private const int BufferBytes = 1 << 16;
    private const int MaxStringBytes = 16 << 20;
    private const int MaxArrayLength = 16 << 20;

    private readonly byte[] _buffer = new byte[(int)Math.Min(BufferBytes, file.Length)];
    private long _bufferStart;
    private int _buffered;

    public long Position { get; private set; }

    public long Remaining => file.Length - Position;

    public ModelFormatException Error(long position, string expected, string found) =>
        new(file.Path, $"byte {position}", expected, found);

    public T Read<T>()
        where T : unmanaged => MemoryMarshal.Read<T>(Take(Unsafe.SizeOf<T>()));

    // A count of things that take at least so many bytes each.
    public int ReadCount(string things, int leastBytes, int most = MaxArrayLength)
    {
        long position = Position;
        ulong count = Read<ulong>();
        ulong room = Math.Min((ulong)(Remaining / leastBytes), (ulong)most);
        return count <= room ? (int)count : throw Error(position, $"at most {room} {things}", $"{count}");
    }

    public bool ReadBool() => ToBool(Position, Read<byte>());

    public string ReadString(int mostBytes = MaxStringBytes)
    {
        int length = ReadCount("bytes of text", 1, mostBytes);
        long position = Position;
        if (length <= _buffer.Length) return ToText(position, Take(length));

        byte[] bytes = ArrayPool<byte>.Shared.Rent(length);
        ReadInto(bytes.AsSpan(0, length));
        string text = ToText(position, bytes.AsSpan(0, length));
        ArrayPool<byte>.Shared.Return(bytes);
        return text;
    }

    public T[] ReadArray<T>()
        where T : unmanaged
    {
        int length = ReadCount("elements", Unsafe.SizeOf<T>());
        T[] values = GC.AllocateUninitializedArray<T>(length);
        ReadInto(MemoryMarshal.AsBytes(values.AsSpan()));
        return values;
    }

    public bool[] ReadBools()
    {
        byte[] bytes = ReadArray<byte>();
        long start = Position - bytes.Length;
        return [.. bytes.Select((value, i) => ToBool(start + i, value))];
    }

    public string[] ReadStrings()
    {
        string[] values = new string[ReadCount("strings", sizeof(ulong))];
        for (int i = 0; i < values.Length; i++) values[i] = ReadString();
        return values;
    }

    private bool ToBool(long position, byte value) =>
        value <= 1 ? value == 1 : throw Error(position, "a bool, 0 or 1", $"{value}");

    private string ToText(long position, ReadOnlySpan<byte> bytes) =>
        Utf8.IsValid(bytes) ? Encoding.UTF8.GetString(bytes) : throw Error(position, "UTF-8 text", "bytes that are not UTF-8");

    // Valid until the next call.
    private ReadOnlySpan<byte> Take(int count)
    {
        int start = (int)(Position - _bufferStart);
        if (count > _buffered - start)
        {
            _buffered = (int)Math.Min(_buffer.Length, Remaining);
            _bufferStart = Position;
            if (count > _buffered) throw Error(Position, $"{count} bytes", $"{Remaining} bytes and the end of the file");
            file.ReadExactly(Position, _buffer.AsSpan(0, _buffered));
            start = 0;
        }

        Position += count;
        return _buffer.AsSpan(start, count);
    }

    private void ReadInto(Span<byte> destination)
    {
        if (destination.Length <= _buffer.Length)
        {
            Take(destination.Length).CopyTo(destination);
            return;
        }

        file.ReadExactly(Position, destination);
        Position += destination.Length;
        _bufferStart = Position;
        _buffered = 0;
    }
}
