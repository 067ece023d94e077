using System.Buffers.Binary;
using System.Text;
using LLamaNet.StrictJson;

namespace LLamaNet.Checkpoints.Torch;

// Reads what torch.save pickles (protocol 2): dictionaries of tensors. A pickle is a program for a stack machine that may call
// any Python function; here only the opcodes and names that a state dict needs exist, values are inert, and nothing is called.
// Opcodes: CPython's pickletools. Rules: no attribute is set, no class is looked up, containers accept only what they hold.
internal sealed class PickleReader
{
    private const int MaxDepth = 64, MaxStringBytes = 64 << 10, MaxNameBytes = 128, MaxRank = 8;

    // Objects, stack slots and memo slots; a state dict needs about ten objects for a tensor.
    private const int MaxObjects = 1 << 20;

    private readonly string _path;
    private readonly byte[] _pickle;
    private readonly List<object?> _stack = [];
    private readonly List<int> _marks = [];
    private readonly Dictionary<uint, object?> _memo = [];
    private readonly Dictionary<string, PickleStorage> _storages = new(StringComparer.Ordinal);
    private int _position;
    private int _opcodeAt;
    private int _objects;

    private PickleReader(string path, byte[] pickle)
    {
        _path = path;
        _pickle = pickle;
    }

    // path: for messages. Returns a PickleDictionary, PickleTensor, PickleStorage, string, long, bool, object?[] (a tuple), list
    // or null.
    public static object? Read(string path, byte[] pickle) => new PickleReader(path, pickle).Run();

    private object? Run()
    {
        if (_pickle.Length < 2 || _pickle[0] != 0x80 || _pickle[1] != 2)
            throw Wrong("a pickle of protocol 2", _pickle.Length < 2 ? "nothing" : $"bytes {_pickle[0]:x2} {_pickle[1]:x2}");
        _position = 2;
        while (true)
        {
            _opcodeAt = _position;
            byte opcode = Take(1)[0];
            if (opcode == '.') return Stop();
            Execute(opcode);
            if (_stack.Count > MaxObjects) throw Wrong($"a stack of at most {MaxObjects}", "more");
        }
    }

    private void Execute(byte opcode)
    {
        switch (opcode)
        {
            case (byte)'N': _stack.Add(null); break;
            case 0x88: _stack.Add(true); break;
            case 0x89: _stack.Add(false); break;
            case (byte)'K': Push((long)Take(1)[0]); break;
            case (byte)'M': Push((long)BinaryPrimitives.ReadUInt16LittleEndian(Take(2))); break;
            case (byte)'J': Push((long)BinaryPrimitives.ReadInt32LittleEndian(Take(4))); break;
            case 0x8a: Push(ReadLong()); break;
            case (byte)'X': Push(ReadText()); break;
            case (byte)'c': Push(ReadGlobal()); break;
            case (byte)'(': Mark(); break;
            case (byte)')': Push(Array.Empty<object?>()); break;
            case (byte)'t': Push(PopToMark()); break;
            case 0x85: Push(Pop(1)); break;
            case 0x86: Push(Pop(2)); break;
            case 0x87: Push(Pop(3)); break;
            case (byte)']': Push(new List<object?>()); break;
            case (byte)'a': Append(Pop(1)); break;
            case (byte)'e': Append(PopToMark()); break;
            case (byte)'}': Push(new PickleDictionary(ordered: false)); break;
            case (byte)'s': SetItems(Pop(2)); break;
            case (byte)'u': SetItems(PopToMark()); break;
            case (byte)'q': Remember(Take(1)[0]); break;
            case (byte)'r': Remember(BinaryPrimitives.ReadUInt32LittleEndian(Take(4))); break;
            case (byte)'h': Recall(Take(1)[0]); break;
            case (byte)'j': Recall(BinaryPrimitives.ReadUInt32LittleEndian(Take(4))); break;
            case (byte)'Q': Push(ReadStorage()); break;
            case (byte)'R': Push(Reduce()); break;
            case (byte)'b': Build(); break;
            default: throw Wrong("an opcode of a saved state dict", $"opcode 0x{opcode:x2}");
        }
    }

    private object? Stop()
    {
        if (_stack.Count != 1 || _marks.Count != 0) throw Wrong("one object when the pickle ends", $"{_stack.Count}");
        if (_position != _pickle.Length) throw Wrong("the end of data.pkl", $"{_pickle.Length - _position} more bytes");
        return _stack[0];
    }

    private long ReadLong()
    {
        int count = Take(1)[0];
        if (count > sizeof(long)) throw Wrong("a number of at most 8 bytes", $"{count} bytes");
        ReadOnlySpan<byte> bytes = Take(count);
        long value = count > 0 && bytes[^1] >= 0x80 ? -1 : 0;
        for (int i = count - 1; i >= 0; i--) value = (value << 8) | bytes[i];
        return value;
    }

    private string ReadText()
    {
        uint count = BinaryPrimitives.ReadUInt32LittleEndian(Take(4));
        if (count > MaxStringBytes) throw Wrong($"text of at most {MaxStringBytes} bytes", $"{count} bytes");
        ReadOnlySpan<byte> bytes = Take((int)count);
        if (!System.Text.Unicode.Utf8.IsValid(bytes)) throw Wrong("text in UTF-8", "bytes that are not");
        return Encoding.UTF8.GetString(bytes);
    }

    private object ReadGlobal()
    {
        string name = $"{ReadLine()} {ReadLine()}";
        return name switch
        {
            "collections OrderedDict" => PickleGlobal.OrderedDict,
            "torch._utils _rebuild_tensor_v2" => PickleGlobal.RebuildTensor,
            "torch._utils _rebuild_parameter" => PickleGlobal.RebuildParameter,
            "torch Size" => PickleGlobal.Size,
            "torch FloatStorage" => PickleGlobal.FloatStorage,
            "torch HalfStorage" => PickleGlobal.HalfStorage,
            "torch BFloat16Storage" => PickleGlobal.BFloat16Storage,
            "torch DoubleStorage" => PickleGlobal.DoubleStorage,
            "torch LongStorage" => PickleGlobal.LongStorage,
            "torch IntStorage" => PickleGlobal.IntStorage,
            "torch ShortStorage" => PickleGlobal.ShortStorage,
            "torch CharStorage" => PickleGlobal.CharStorage,
            "torch ByteStorage" => PickleGlobal.ByteStorage,
            "torch BoolStorage" => PickleGlobal.BoolStorage,
            _ => throw Wrong("a name that a saved state dict needs (nothing else is ever imported)", JsonText.OneLine(name)),
        };
    }

    private string ReadLine()
    {
        ReadOnlySpan<byte> rest = _pickle.AsSpan(_position);
        int end = rest[..Math.Min(rest.Length, MaxNameBytes)].IndexOf((byte)'\n');
        if (end < 0) throw Wrong($"a name of less than {MaxNameBytes} bytes", "more, or the end of data.pkl");
        _position += end + 1;
        return Encoding.Latin1.GetString(rest[..end]);
    }

    private void Mark()
    {
        if (_marks.Count == MaxDepth) throw Wrong($"nesting of at most {MaxDepth}", "more");
        _marks.Add(_stack.Count);
    }

    private object?[] PopToMark()
    {
        if (_marks.Count == 0) throw Wrong("a mark on the stack", "none");
        int start = _marks[^1];
        object?[] items = [.. _stack[start..]];
        _stack.RemoveRange(start, items.Length);
        _marks.RemoveAt(_marks.Count - 1);
        return items;
    }

    private object?[] Pop(int count)
    {
        int bottom = _marks.Count > 0 ? _marks[^1] : 0;
        if (_stack.Count - bottom < count) throw Wrong($"{count} objects on the stack", $"{_stack.Count - bottom}");
        object?[] items = [.. _stack[^count..]];
        _stack.RemoveRange(_stack.Count - count, count);
        return items;
    }

    // The object that an opcode changes in place; null when there is none above the last mark.
    private object? Top => _stack.Count > (_marks.Count > 0 ? _marks[^1] : 0) ? _stack[^1] : null;

    private void Append(object?[] items)
    {
        if (Top is not List<object?> list) throw Wrong("a list to append to", Words(Top));
        CountObjects(items.Length);
        list.AddRange(items);
    }

    private void SetItems(object?[] items)
    {
        if (Top is not PickleDictionary dictionary) throw Wrong("a dict to set items of", Words(Top));
        if (items.Length % 2 != 0) throw Wrong("keys and values in pairs", $"{items.Length} objects");
        CountObjects(items.Length);
        for (int i = 0; i < items.Length; i += 2)
        {
            if (items[i] is not string key) throw Wrong("text as a key", Words(items[i]));
            if (!dictionary.TryAdd(key, items[i + 1])) throw Wrong("keys that differ", $"\"{JsonText.OneLine(key)}\" twice");
        }
    }

    private void Remember(uint slot)
    {
        if (Top is null && _stack.Count == (_marks.Count > 0 ? _marks[^1] : 0)) throw Wrong("an object to remember", "none");
        if (slot > (uint)_opcodeAt) throw Wrong("a memo slot not above the number of opcodes", $"{slot}");
        if (_memo.TryAdd(slot, _stack[^1])) CountObjects(1);
        else _memo[slot] = _stack[^1];
    }

    private void Recall(uint slot) =>
        _stack.Add(_memo.TryGetValue(slot, out object? value) ? value : throw Wrong("a memo slot that was set", $"{slot}"));

    // A persistent id: ("storage", type, key, device, number of elements).
    private PickleStorage ReadStorage()
    {
        if (Pop(1)[0] is not object?[] { Length: 5 } id || id[0] is not "storage" || id[1] is not PickleGlobal global
            || TorchType.TryFind(global) is not { } type || id[2] is not string key || id[3] is not string
            || id[4] is not long count || count < 0)
            throw Wrong("(\"storage\", type, key, device, count)", "another persistent id");
        if (key.Length is 0 or > 9 || !key.All(char.IsAsciiDigit))
            throw Wrong("a storage key of digits", $"\"{JsonText.OneLine(key)}\"");
        var storage = new PickleStorage(key, type, count);
        if (_storages.TryGetValue(key, out PickleStorage? known))
        {
            if (known != storage)
                throw Wrong($"storage {key} as {known.Count} x {known.Type.Name}, as before", $"{count} x {type.Name}");
            return known;
        }

        _storages.Add(key, storage);
        return storage;
    }

    private object? Reduce()
    {
        object?[] operands = Pop(2);
        if (operands[0] is not PickleGlobal function || operands[1] is not object?[] arguments)
            throw Wrong("a known function and its arguments", $"{Words(operands[0])} and {Words(operands[1])}");
        return function switch
        {
            PickleGlobal.OrderedDict when arguments is [] => new PickleDictionary(ordered: true),
            PickleGlobal.Size when arguments is [object?[] sizes] => sizes,
            PickleGlobal.RebuildParameter when arguments is [PickleTensor tensor, bool, PickleDictionary] => tensor,
            PickleGlobal.RebuildTensor => RebuildTensor(arguments),
            _ => throw Wrong("arguments that the function takes", $"{function} with {arguments.Length}"),
        };
    }

    // (storage, offset, sizes, strides, requires_grad, hooks[, metadata])
    private PickleTensor RebuildTensor(object?[] arguments)
    {
        if (arguments is not [PickleStorage storage, long offset, object?[] sizes, object?[] strides, bool, PickleDictionary, ..]
            || arguments.Length is not (6 or 7) || (arguments.Length == 7 && arguments[6] is not (null or PickleDictionary)))
            throw Wrong("(storage, offset, sizes, strides, requires_grad, hooks)", $"{arguments.Length} other arguments");
        if (sizes.Length > MaxRank || strides.Length > MaxRank) throw Wrong($"at most {MaxRank} sizes", $"{sizes.Length}");
        var tensor = new PickleTensor(storage, offset, Numbers(sizes), Numbers(strides));
        return tensor.FindProblem() is { } problem ? throw Wrong("a tensor inside its storage", problem) : tensor;
    }

    private long[] Numbers(object?[] values) =>
        [.. values.Select(value => value as long? ?? throw Wrong("whole numbers", Words(value)))];

    // An OrderedDict's attributes (torch sets _metadata, the versions of its modules): read and dropped.
    private void Build()
    {
        if (Pop(1)[0] is not PickleDictionary || Top is not PickleDictionary { IsOrdered: true })
            throw Wrong("attributes of an OrderedDict", $"those of {Words(Top)}");
    }

    private void Push(object? value)
    {
        CountObjects(1);
        _stack.Add(value);
    }

    private void CountObjects(int count)
    {
        if ((_objects += count) > MaxObjects) throw Wrong($"at most {MaxObjects} objects", "more");
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count > _pickle.Length - _position)
            throw Wrong($"{count} more bytes", $"the end of data.pkl at byte {_pickle.Length}");
        _position += count;
        return _pickle.AsSpan(_position - count, count);
    }

    private ModelFormatException Wrong(string expected, string found) =>
        new(_path, $"data.pkl byte {_opcodeAt}", expected, found);

    private static string Words(object? value) => value switch
    {
        null => "None",
        string => "text",
        long => "a number",
        bool => "a boolean",
        object?[] => "a tuple",
        List<object?> => "a list",
        PickleDictionary => "a dict",
        PickleTensor => "a tensor",
        PickleStorage => "a storage",
        _ => $"{value}",
    };
}
