using System.Buffers.Binary;
using System.Text;
using System.Text.Json.Nodes;

namespace LLamaNet.Tests.Doubles;

// Writes safetensors files, also from a header that a test made up.
internal static class SafetensorsWriter
{
    public static byte[] Write(params (string Name, string Type, long[] Shape, byte[] Contents)[] tensors)
    {
        var header = new JsonObject();
        long offset = 0;
        foreach ((string name, string type, long[] shape, byte[] contents) in tensors)
        {
            header[name] = new JsonObject
            {
                ["dtype"] = type,
                ["shape"] = new JsonArray([.. shape.Select(size => JsonValue.Create(size))]),
                ["data_offsets"] = new JsonArray(offset, offset + contents.Length),
            };
            offset += contents.Length;
        }

        return Write(header.ToJsonString(), [.. tensors.SelectMany(tensor => tensor.Contents)]);
    }

    public static byte[] Write(string header, byte[] data)
    {
        byte[] text = Encoding.UTF8.GetBytes(header), length = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, text.Length);
        return [.. length, .. text, .. data];
    }
}
