using System.Buffers.Binary;
using System.Text.Json;
using LLamaNet.StrictJson;

namespace LLamaNet.Checkpoints.HuggingFace;

// The start of a safetensors file: u64 length, then JSON of that length: { name: { dtype, shape, data_offsets }, … } and an
// optional __metadata__ of texts. The data follow; in order of offset the tensors fill them without hole or overlap.
internal sealed record SafetensorsHeader(
    IReadOnlyList<SafetensorsTensor> Tensors, IReadOnlyList<KeyValuePair<string, string>> Metadata)
{
    private const int LengthBytes = 8;
    private const long MaxHeaderBytes = 100_000_000;
    private const int MaxDepth = 8;
    private const int MaxRank = 8;
    private const int MaxNameLength = 1024;

    // Tensors in order of offset.
    public static SafetensorsHeader Read(CheckedFile file)
    {
        if (file.Length < LengthBytes)
            throw new ModelFormatException(file.Path, "byte 0", "a header length of 8 bytes", $"a file of {file.Length} bytes");
        Span<byte> prefix = stackalloc byte[LengthBytes];
        file.ReadExactly(0, prefix);
        ulong declared = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        long most = Math.Min(MaxHeaderBytes, file.Length - LengthBytes);
        if (declared < 2 || declared > (ulong)most)
            throw new ModelFormatException(file.Path, "byte 0", $"a header length of 2 to {most}", $"{declared}");

        byte[] text = new byte[(int)declared];
        file.ReadExactly(LengthBytes, text);
        using JsonDocument document = JsonText.Parse(file.Path, text, MaxDepth);
        JsonSection.Root(file.Path, document);
        return Read(file, document.RootElement, LengthBytes + (long)declared);
    }

    private static SafetensorsHeader Read(CheckedFile file, JsonElement root, long dataStart)
    {
        var tensors = new List<SafetensorsTensor>();
        var metadata = new List<KeyValuePair<string, string>>();
        foreach (JsonProperty property in root.EnumerateObject())
        {
            if (property.Name == "__metadata__")
                ReadMetadata(file.Path, property.Value, metadata);
            else
                tensors.Add(ReadTensor(file, property, dataStart));
        }

        tensors.Sort((a, b) => (a.Offset, a.Bytes).CompareTo((b.Offset, b.Bytes)));
        long end = dataStart;
        foreach (SafetensorsTensor tensor in tensors)
        {
            if (tensor.Offset != end)
            {
                throw new ModelFormatException(
                    file.Path, tensor.Name, $"data at byte {end}, where the tensor before ends", $"byte {tensor.Offset}");
            }
            end += tensor.Bytes;
        }

        if (end != file.Length)
        {
            throw new ModelFormatException(
                file.Path, $"byte {end}", "the end of the file, where the last tensor ends", $"a file of {file.Length} bytes");
        }
        return new SafetensorsHeader(tensors, metadata);
    }

    private static void ReadMetadata(string path, JsonElement value, List<KeyValuePair<string, string>> metadata)
    {
        if (value.ValueKind != JsonValueKind.Object)
            throw new ModelFormatException(path, "__metadata__", "an object", JsonSection.Words(value));
        foreach (JsonProperty entry in value.EnumerateObject())
        {
            if (entry.Value.ValueKind != JsonValueKind.String)
            {
                throw new ModelFormatException(
                    path, "__metadata__." + JsonText.OneLine(entry.Name), "text", JsonSection.Words(entry.Value));
            }
            metadata.Add(new(entry.Name, entry.Value.GetString()!));
        }
    }

    private static SafetensorsTensor ReadTensor(CheckedFile file, JsonProperty property, long dataStart)
    {
        string name = property.Name;
        if (name.Length is 0 or > MaxNameLength || name.Any(char.IsControl))
        {
            throw new ModelFormatException(
                file.Path, "header", $"tensor names of 1 to {MaxNameLength} printable characters",
                $"\"{JsonText.OneLine(name)}\"");
        }
        ModelFormatException Wrong(string key, string expected, JsonElement found) =>
            new(file.Path, $"{name}.{key}", expected, JsonSection.Words(found));

        JsonElement entry = property.Value;
        if (entry.ValueKind != JsonValueKind.Object)
            throw new ModelFormatException(file.Path, name, "an object", JsonSection.Words(entry));
        foreach (JsonProperty part in entry.EnumerateObject())
        {
            if (part.Name is not ("dtype" or "shape" or "data_offsets"))
            {
                throw new ModelFormatException(
                    file.Path, name, "dtype, shape and data_offsets", $"\"{JsonText.OneLine(part.Name)}\"");
            }
        }

        JsonElement dtype = Part("dtype"), shape = Part("shape"), range = Part("data_offsets");
        SafetensorsType type = (dtype.ValueKind == JsonValueKind.String ? SafetensorsType.TryFind(dtype.GetString()!) : null)
            ?? throw Wrong("dtype", "a type of the safetensors format", dtype);
        if (shape.ValueKind != JsonValueKind.Array || shape.GetArrayLength() > MaxRank)
            throw Wrong("shape", $"at most {MaxRank} sizes", shape);
        long[] sizes =
        [
            .. shape.EnumerateArray().Select(size => Size(size) ?? throw Wrong("shape", "sizes of 0 to 2^63 - 1", size)),
        ];
        if (range.ValueKind != JsonValueKind.Array || range.GetArrayLength() != 2)
            throw Wrong("data_offsets", "begin and end", range);
        long dataBytes = file.Length - dataStart;
        long begin = Size(range[0]) ?? throw Wrong("data_offsets", "a byte offset", range[0]);
        long end = Size(range[1]) ?? throw Wrong("data_offsets", "a byte offset", range[1]);
        if (begin > end || end > dataBytes)
        {
            throw new ModelFormatException(
                file.Path, $"{name}.data_offsets", $"0 <= begin <= end <= {dataBytes}, the data's size", $"[{begin}, {end}]");
        }

        var tensor = new SafetensorsTensor(name, type, sizes, dataStart + begin, end - begin);
        if (BytesOf(type, sizes) is not { } bytes)
        {
            throw new ModelFormatException(
                file.Path, name, "a size of whole bytes below 2^63", $"{type.Name} {tensor.ShapeInWords}");
        }
        if (bytes != tensor.Bytes)
        {
            throw new ModelFormatException(
                file.Path, $"{name}.data_offsets", $"{bytes} bytes for {type.Name} {tensor.ShapeInWords}",
                $"{tensor.Bytes} bytes");
        }
        return tensor;

        JsonElement Part(string key) => entry.TryGetProperty(key, out JsonElement value)
            ? value
            : throw new ModelFormatException(file.Path, $"{name}.{key}", "a value", "no such key");
    }

    private static long? Size(JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out long size) && size >= 0 ? size : null;

    private static long? BytesOf(SafetensorsType type, long[] sizes)
    {
        Int128 count = 1;
        foreach (long size in sizes)
        {
            count *= size;
            if (count > long.MaxValue) return null;
        }

        Int128 bits = count * type.Bits;
        return bits % 8 == 0 && bits / 8 <= long.MaxValue ? (long)(bits / 8) : null;
    }
}
