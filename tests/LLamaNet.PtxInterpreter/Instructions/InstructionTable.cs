using LLamaNet.PtxInterpreter.Hopper;
using LLamaNet.PtxInterpreter.Parsing;

namespace LLamaNet.PtxInterpreter.Instructions;

// All instructions by name. A name is the opcode or more of its words; the longest that fits wins.
internal sealed class InstructionTable
{
    private static readonly InstructionTable s_all = new();

    private readonly Dictionary<string, Action<Decoder>> _decoders = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Action<Decoder>> _floatDecoders = new(StringComparer.Ordinal);

    // One line a family of instructions.
    private InstructionTable()
    {
        ControlInstructions.AddTo(this);
        MoveInstructions.AddTo(this);
        IntegerInstructions.AddTo(this);
        CarryInstructions.AddTo(this);
        BitInstructions.AddTo(this);
        FloatInstructions.AddTo(this);
        ConversionInstructions.AddTo(this);
        ComparisonInstructions.AddTo(this);
        LoadStoreInstructions.AddTo(this);
        WarpInstructions.AddTo(this);
        BarrierInstructions.AddTo(this);
        AsyncCopyInstructions.AddTo(this);
        MatrixInstructions.AddTo(this);
        AtomicInstructions.AddTo(this);
        TransactionBarrierInstructions.AddTo(this);
        BulkCopyInstructions.AddTo(this);
        ProxyInstructions.AddTo(this);
        WgmmaInstructions.AddTo(this);
    }

    public void Add(string name, Action<Decoder> decode) => _decoders.Add(name, decode);

    // For names that integers and floating-point numbers share: this one is for names that end in a type of the latter.
    public void AddFloat(string name, Action<Decoder> decode) => _floatDecoders.Add(name, decode);

    public static Action<Decoder>? Find(string[] words)
    {
        if (PtxTypes.Find(words[^1]) is { } type && type.IsFloat() && Find(s_all._floatDecoders, words) is { } decode)
            return decode;
        return Find(s_all._decoders, words);
    }

    private static Action<Decoder>? Find(Dictionary<string, Action<Decoder>> decoders, string[] words)
    {
        for (int length = words.Length; length > 0; length--)
            if (decoders.TryGetValue(string.Join('.', words, 0, length), out Action<Decoder>? decode)) return decode;
        return null;
    }
}
