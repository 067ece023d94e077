using System.Buffers.Binary;
using System.Text;
using LLamaNet.Tokenization.Vocabulary;

namespace LLamaNet.Tokenization.Files;

// One message in protocol buffers' wire format. Lengths are checked against the bytes that there are.
internal ref struct ProtobufReader(ReadOnlySpan<byte> message, int offset, string path)
{
    private const int MaxVarintBytes = 10;

    private static readonly UTF8Encoding s_strictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly ReadOnlySpan<byte> _message = message;
    private int _at;
    private int _wireType;

    // The field's number; its value must be read or skipped next.
    public bool TryReadField(out int field)
    {
        field = 0;
        if (_at == _message.Length) return false;
        ulong key = Varint();
        if (key >> 3 is 0 or > int.MaxValue) throw Error("a field number", $"{key >> 3}");
        field = (int)(key >> 3);
        _wireType = (int)(key & 7);
        return true;
    }

    public ulong ReadInteger()
    {
        Require(0);
        return Varint();
    }

    public float ReadSingle()
    {
        Require(5);
        return BinaryPrimitives.ReadSingleLittleEndian(Take(4));
    }

    public ProtobufReader ReadMessage()
    {
        Require(2);
        ReadOnlySpan<byte> bytes = TakeCounted();
        return new(bytes, offset + _at - bytes.Length, path);
    }

    public ReadOnlySpan<byte> ReadBytes()
    {
        Require(2);
        return TakeCounted();
    }

    public string ReadString(int limitBytes)
    {
        Require(2);
        ReadOnlySpan<byte> bytes = TakeCounted();
        if (bytes.Length > limitBytes) throw Error($"at most {limitBytes} bytes", $"{bytes.Length}");
        try
        {
            return s_strictUtf8.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            throw Error("UTF-8", "other bytes");
        }
    }

    public void Skip()
    {
        switch (_wireType)
        {
            case 0: Varint(); break;
            case 1: Take(8); break;
            case 2: TakeCounted(); break;
            case 5: Take(4); break;
            default: throw Error("wire type 0, 1, 2 or 5", $"{_wireType}");
        }
    }

    public readonly ModelFormatException Error(string expected, string found) =>
        VocabularyChecks.Error(path, $"byte {offset + _at}", expected, found);

    private readonly void Require(int wireType)
    {
        if (_wireType != wireType) throw Error($"wire type {wireType}", $"{_wireType}");
    }

    private ulong Varint()
    {
        ulong value = 0;
        for (int i = 0; i < MaxVarintBytes; i++)
        {
            byte next = Take(1)[0];
            value |= (ulong)(next & 0x7F) << (7 * i);
            if (next < 0x80) return value;
        }

        throw Error($"a varint of at most {MaxVarintBytes} bytes", "a longer one");
    }

    private ReadOnlySpan<byte> TakeCounted()
    {
        ulong length = Varint();
        if (length > (ulong)(_message.Length - _at)) throw Error($"a length of at most {_message.Length - _at}", $"{length}");
        return Take((int)length);
    }

    private ReadOnlySpan<byte> Take(int length)
    {
        if (length > _message.Length - _at) throw Error($"{length} more bytes", "the end");
        _at += length;
        return _message.Slice(_at - length, length);
    }
}
