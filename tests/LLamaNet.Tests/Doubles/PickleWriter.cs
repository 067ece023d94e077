using System.Buffers.Binary;
using System.Text;

namespace LLamaNet.Tests.Doubles;

// Writes pickles opcode by opcode.
internal sealed class PickleWriter
{
    private readonly List<byte> _pickle = [];

    public PickleWriter() => Raw(0x80, 2);

    public PickleWriter Raw(params byte[] bytes)
    {
        _pickle.AddRange(bytes);
        return this;
    }

    public PickleWriter Op(string opcodes) => Raw(Encoding.Latin1.GetBytes(opcodes));

    public PickleWriter Text(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        return Op("X").Int32(bytes.Length).Raw(bytes);
    }

    public PickleWriter Number(long value)
    {
        if (value is >= int.MinValue and <= int.MaxValue) return Op("J").Int32((int)value);
        byte[] bytes = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        return Raw(0x8a, 8).Raw(bytes);
    }

    public PickleWriter Global(string module, string name) => Op($"c{module}\n{name}\n");

    public PickleWriter Numbers(params long[] values)
    {
        Op("(");
        foreach (long value in values) Number(value);
        return Op("t");
    }

    public PickleWriter Storage(string type, string key, long count) =>
        Op("(").Text("storage").Global("torch", type).Text(key).Text("cpu").Number(count).Op("tQ");

    public PickleWriter Tensor(string type, string key, long count, long offset, long[] shape, long[] strides) =>
        Global("torch._utils", "_rebuild_tensor_v2").Op("(").Storage(type, key, count).Number(offset).Numbers(shape)
            .Numbers(strides)
            .Raw(0x89).Global("collections", "OrderedDict").Op(")RtR");

    public byte[] Stop()
    {
        Op(".");
        return [.. _pickle];
    }

    private PickleWriter Int32(int value)
    {
        byte[] bytes = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
        return Raw(bytes);
    }
}
