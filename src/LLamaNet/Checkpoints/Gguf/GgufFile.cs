using System.Text;

namespace LLamaNet.Checkpoints.Gguf;

// The GGUF container, versions 2 and 3 (https://github.com/ggml-org/ggml/blob/master/docs/gguf.md): header, metadata,
// tensor list, then the tensors' bytes back to back, each at the next multiple of the alignment. All of it but the weights
// was read and checked. What the keys mean is GgufCheckpoint's business.
internal sealed class GgufFile : IDisposable
{
    public const uint Magic = 0x46554747; // "GGUF"
    public const int DefaultAlignment = 32;

    private const int MaxTensorNameBytes = 63;
    private const int MaxDimensions = 4;
    private const int MaxAlignment = 1 << 20;
    private const int MaxEntries = 1 << 20;
    private const int MaxKeyBytes = 65535;

    // A key of one byte, a type and a value of one byte; a name of one byte, one dimension, a type and an offset.
    private const int MinValueBytes = 8 + 1 + 4 + 1;
    private const int MinTensorBytes = 8 + 1 + 4 + 8 + 4 + 8;

    private readonly CheckedFile _file;

    private GgufFile(CheckedFile file)
    {
        _file = file;
        var cursor = new GgufCursor(file);
        Version = ReadVersion(cursor);
        int tensorCount = ReadTensorCount(cursor);
        Metadata = ReadMetadata(cursor);
        Alignment = ReadAlignment();
        Tensors = ReadTensors(cursor, tensorCount);
    }

    public string Path => _file.Path;

    public uint Version { get; }

    public GgufMetadata Metadata { get; }

    public int Alignment { get; }

    // In file order; names are unique.
    public IReadOnlyList<GgufTensor> Tensors { get; }

    public static GgufFile Open(string path) => Open(CheckedFile.Open(path));

    // Owns the file, also when it is refused.
    public static GgufFile Open(CheckedFile file)
    {
        try
        {
            return new GgufFile(file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    public static long Align(long offset, int alignment) => offset + alignment - 1 & -alignment;

    public void Dispose() => _file.Dispose();

    private static uint ReadVersion(GgufCursor cursor)
    {
        uint magic = cursor.Read<uint>();
        if (magic != Magic) throw cursor.Error(0, "the magic bytes 47 47 55 46 (GGUF)", $"{Bytes(magic)}");
        uint version = cursor.Read<uint>();
        if (version is 2 or 3) return version;
        bool bigEndian = version != 0 && (version & 0xffff) == 0;
        string remark = version == 1 ? " (a file of 2023; convert it again)" : bigEndian ? " (a big-endian file)" : "";
        throw cursor.Error(4, "GGUF version 2 or 3", $"{version}{remark}");
    }

    private static string Bytes(uint value) => string.Join(' ', BitConverter.GetBytes(value).Select(b => b.ToString("x2")));

    private static int ReadTensorCount(GgufCursor cursor) => cursor.ReadCount("tensors", MinTensorBytes, MaxEntries);

    private GgufMetadata ReadMetadata(GgufCursor cursor)
    {
        int count = cursor.ReadCount("keys", MinValueBytes, MaxEntries);
        var values = new OrderedDictionary<string, object>();
        for (int i = 0; i < count; i++)
        {
            long position = cursor.Position;
            string key = cursor.ReadString(MaxKeyBytes);
            if (key.Length == 0) throw cursor.Error(position, "a key", "an empty one");
            if (!values.TryAdd(key, ReadValue(cursor, key))) throw cursor.Error(position, "unique keys", $"{key} a second time");
        }

        return new GgufMetadata(Path, values);
    }

    private static object ReadValue(GgufCursor cursor, string key)
    {
        long position = cursor.Position;
        var type = (GgufValueType)cursor.Read<uint>();
        return type switch
        {
            GgufValueType.UInt8 => cursor.Read<byte>(),
            GgufValueType.Int8 => cursor.Read<sbyte>(),
            GgufValueType.UInt16 => cursor.Read<ushort>(),
            GgufValueType.Int16 => cursor.Read<short>(),
            GgufValueType.UInt32 => cursor.Read<uint>(),
            GgufValueType.Int32 => cursor.Read<int>(),
            GgufValueType.UInt64 => cursor.Read<ulong>(),
            GgufValueType.Int64 => cursor.Read<long>(),
            GgufValueType.Float32 => cursor.Read<float>(),
            GgufValueType.Float64 => cursor.Read<double>(),
            GgufValueType.Bool => cursor.ReadBool(),
            GgufValueType.String => cursor.ReadString(),
            GgufValueType.Array => ReadArray(cursor, key),
            _ => throw cursor.Error(position, $"a value type from 0 to 12 for {key}", $"{(uint)type}"),
        };
    }

    private static Array ReadArray(GgufCursor cursor, string key)
    {
        long position = cursor.Position;
        var type = (GgufValueType)cursor.Read<uint>();
        return type switch
        {
            GgufValueType.UInt8 => cursor.ReadArray<byte>(),
            GgufValueType.Int8 => cursor.ReadArray<sbyte>(),
            GgufValueType.UInt16 => cursor.ReadArray<ushort>(),
            GgufValueType.Int16 => cursor.ReadArray<short>(),
            GgufValueType.UInt32 => cursor.ReadArray<uint>(),
            GgufValueType.Int32 => cursor.ReadArray<int>(),
            GgufValueType.UInt64 => cursor.ReadArray<ulong>(),
            GgufValueType.Int64 => cursor.ReadArray<long>(),
            GgufValueType.Float32 => cursor.ReadArray<float>(),
            GgufValueType.Float64 => cursor.ReadArray<double>(),
            GgufValueType.Bool => cursor.ReadBools(),
            GgufValueType.String => cursor.ReadStrings(),
            GgufValueType.Array => throw cursor.Error(position, $"elements of {key} that are no arrays", "an array of arrays"),
            _ => throw cursor.Error(position, $"an element type from 0 to 12 for {key}", $"{(uint)type}"),
        };
    }

    private int ReadAlignment()
    {
        if (!Metadata.Values.TryGetValue(GgufKeys.Alignment, out object? value)) return DefaultAlignment;
        if (value is not uint alignment) throw Metadata.Error(GgufKeys.Alignment, "a UInt32", GgufMetadata.TypeName(value));
        return uint.IsPow2(alignment) && alignment <= MaxAlignment
            ? (int)alignment
            : throw Metadata.Error(GgufKeys.Alignment, $"a power of two up to {MaxAlignment}", $"{alignment}");
    }

    private List<GgufTensor> ReadTensors(GgufCursor cursor, int count)
    {
        var tensors = new List<GgufTensor>();
        var names = new HashSet<string>();
        long end = 0; // of the tensors so far, from the start of the data
        for (int i = 0; i < count; i++)
        {
            long position = cursor.Position;
            GgufTensor tensor = ReadTensor(cursor);
            if (!names.Add(tensor.Name)) throw cursor.Error(position, "unique tensor names", $"{tensor.Name} a second time");
            long next = Align(end, Alignment);
            if (tensor.Offset != next)
                throw Error(tensor.Name, $"offset {next}, behind the tensor before it", $"{(ulong)tensor.Offset}");
            end = next + tensor.Bytes;
            if (end > _file.Length)
                throw Error(tensor.Name, $"{tensor.Bytes} bytes at offset {next} of the data", $"a file of {_file.Length} bytes");
            tensors.Add(tensor);
        }

        long dataStart = Align(cursor.Position, Alignment);
        if (tensors.Count > 0 && end > _file.Length - dataStart)
            throw Error(tensors[^1].Name, $"its end at byte {dataStart + end}", $"the end of the file at byte {_file.Length}");
        return [.. tensors.Select(tensor => tensor with { Offset = dataStart + tensor.Offset })];
    }

    // Its Offset is still relative to the data, and unchecked.
    private GgufTensor ReadTensor(GgufCursor cursor)
    {
        string name = ReadTensorName(cursor);
        uint dimensions = cursor.Read<uint>();
        if (dimensions is 0 or > MaxDimensions) throw Error(name, $"1 to {MaxDimensions} dimensions", $"{dimensions}");
        long elements = 1;
        long[] shape = new long[dimensions];
        for (int i = 0; i < shape.Length; i++)
        {
            shape[i] = cursor.Read<long>();
            if (shape[i] < 1 || shape[i] > long.MaxValue / elements)
            {
                string found = $"[{string.Join(", ", shape[..(i + 1)])}, …], fastest first";
                throw Error(name, "sizes of at least 1 with a product below 2^63", found);
            }

            elements *= shape[i];
        }

        uint id = cursor.Read<uint>();
        GgmlType type = GgmlType.TryFind(id) ?? throw Error(name, "a known tensor type", GgmlType.Describe(id));
        if (shape[0] % type.BlockLength != 0)
            throw Error(name, $"rows of whole blocks of {type.BlockLength} elements for {type.Name}", $"{shape[0]} elements");
        long blocks = elements / type.BlockLength;
        if (blocks > _file.Length / type.BlockBytes)
            throw Error(name, $"at most {_file.Length} bytes, the file's size", $"{blocks} blocks of {type.BlockBytes} bytes");
        return new GgufTensor(_file, name, type, shape, cursor.Read<long>(), blocks * type.BlockBytes);
    }

    private static string ReadTensorName(GgufCursor cursor)
    {
        long position = cursor.Position;
        string name = cursor.ReadString(MaxTensorNameBytes);
        if (name.Length == 0) throw cursor.Error(position, "a tensor name", "an empty one");
        if (!name.Any(char.IsControl)) return name;
        string bytes = Convert.ToHexString(Encoding.UTF8.GetBytes(name));
        throw cursor.Error(position, "a tensor name without control characters", $"the bytes {bytes}");
    }

    private ModelFormatException Error(string tensor, string expected, string found) =>
        new(Path, $"tensor {tensor}", expected, found);
}
