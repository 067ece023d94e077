using System.Globalization;
using LLamaNet.PtxInterpreter.Execution;
using LLamaNet.PtxInterpreter.Instructions;
using LLamaNet.PtxInterpreter.Memory;

namespace LLamaNet.PtxInterpreter.Parsing;

// One instruction in its text form, and the decoded one while it is made. The families of instructions read operands with its
// methods and set Result.
internal sealed class Decoder
{
    // What becomes part of the kernel.
    public Instruction Result;

    private readonly Scope _scope;
    private readonly RegisterPlan _plan;
    private readonly KernelSymbols _symbols;
    private readonly string[] _words;

    public Decoder(int line, string text, Scope scope, RegisterPlan plan, KernelSymbols symbols)
    {
        (Line, Text, _scope, _plan, _symbols) = (line, text, scope, plan, symbols);
        Result = new() { Guard = -1, E = -1 };
        string rest = text;
        if (rest[0] == '@') rest = Guard(rest);
        int space = rest.IndexOf(' ', StringComparison.Ordinal);
        Name = space < 0 ? rest : rest[..space];
        Operands = Split(space < 0 ? "" : rest[(space + 1)..]);
        _words = Name.Split('.', StringSplitOptions.RemoveEmptyEntries);
    }

    public int Line { get; }

    public string Text { get; }

    // The opcode with everything that dots add, such as `mad.wide.s32`.
    public string Name { get; }

    // The last word of the name as a type.
    public PtxType Type => TypeAt(_words.Length - 1);

    public IReadOnlyList<string> Operands { get; }

    // The words of the name; the first is the opcode.
    public IReadOnlyList<string> Words => _words;

    // Registers that the instruction finds in its list.
    public List<int> List { get; } = [];

    // Every register that the instruction names.
    public List<int> NamedRegisters { get; } = [];

    // Registers whose values the instruction uses, and predicates as the complements of their numbers.
    public List<int> Reads { get; } = [];

    // Registers and predicates that it sets.
    public List<int> Writes { get; } = [];

    // The label that a branch names, or the list of labels.
    public string? Label { get; private set; }

    public void Decode()
    {
        Action<Decoder> decode = InstructionTable.Find(_words) ?? throw Unknown();
        decode(this);
        unsafe
        {
            if (Result.Execute == null && Result.Kind is InstructionKind.Plain) throw Unknown();
        }
    }

    public bool Has(string word) => Array.IndexOf(_words, word, 1) > 0;

    // Refuses words other than these and the types at the end.
    public void Allow(params ReadOnlySpan<string> words)
    {
        for (int i = 1; i < _words.Length; i++)
            if (!words.Contains(_words[i]) && PtxTypes.Find(_words[i]) is null) throw Unknown();
    }

    public void ExpectOperands(int count)
    {
        if (Operands.Count != count) throw Error($"has {Operands.Count} operands, {count} are right");
    }

    public PtxType TypeAt(int word) => PtxTypes.Find(_words[word]) ?? throw Unknown();

    public PtxParseException Unknown() => Error("an instruction that the interpreter does not know");

    public PtxParseException Error(string what) => new(Line, Text, what);

    // A register that is written: its size is that of the type, or at least that with orWider.
    public int Destination(string operand, PtxType type, bool orWider = false)
    {
        if (operand == "_") return _plan.Scratch;
        (PtxType own, int place) = Register(operand) ?? throw Error($"no register {operand}");
        CheckWidth(operand, own, type, orWider);
        Writes.Add(place);
        return place;
    }

    public int Destination(int operand, PtxType type, bool orWider = false) => Destination(Operand(operand), type, orWider);

    // A register, number, special register or address that is read.
    public int Source(string operand, PtxType type, bool orWider = false)
    {
        if (Register(operand) is { } register)
        {
            CheckWidth(operand, register.Type, type, orWider);
            Reads.Add(register.Place);
            return register.Place;
        }

        if (SpecialRegisters.Find(operand) is { } special)
        {
            if (type.Bytes() != 4) throw Error($"{operand} has 32 bits");
            return _plan.AddSpecial(special);
        }

        if (Literal.TryParse(operand, out ulong bits)) return _plan.AddConstant(Convert(operand, bits, type), type.Bytes());
        (string name, long offset) = SplitAddress(operand);
        (AddressSpace Space, ulong Value, int Variable) symbol = _symbols.Find(name) ?? throw Error($"no operand {operand}");
        return _plan.AddConstant(symbol.Value + (ulong)offset, type.Bytes(), symbol.Variable);
    }

    public int Source(int operand, PtxType type, bool orWider = false) => Source(Operand(operand), type, orWider);

    // A predicate that is read; a leading `!` negates it.
    public int Predicate(string operand, out bool negated)
    {
        negated = operand[0] == '!';
        int place = FindPredicate(negated ? operand[1..] : operand);
        Reads.Add(~place);
        return place;
    }

    public int Predicate(int operand)
    {
        int place = Predicate(Operand(operand), out bool negated);
        return negated ? throw Unknown() : place;
    }

    // A predicate that is written.
    public int PredicateDestination(string operand)
    {
        int place = FindPredicate(operand);
        Writes.Add(~place);
        return place;
    }

    public int PredicateDestination(int operand) => PredicateDestination(Operand(operand));

    public bool IsPredicate(int operand) =>
        _scope.FindRegister(Operand(operand).TrimStart('!'), _plan) is { Type: PtxType.Pred };

    // Takes a constant operand.
    public long Number(int operand) =>
        Literal.TryParse(Operand(operand), out ulong bits) ? (long)bits : throw Error($"operand {operand + 1} must be a number");

    // Reads `[register + offset]` or `[name + offset]` into a register (returned), Instruction.Immediate and
    // Instruction.WideAddress.
    public int Address(string operand)
    {
        if (operand[0] != '[' || operand[^1] != ']') throw Error($"{operand} is no address");
        (string name, long offset) = SplitAddress(operand[1..^1].Trim());
        Result.Immediate = offset;
        if (Register(name) is { } register)
        {
            Result.WideAddress = register.Type.Bytes() == 8;
            if (register.Type.Bytes() < 4) throw Error($"{name} is too narrow for an address");
            Reads.Add(register.Place);
            return register.Place;
        }

        Result.WideAddress = true;
        return Source(name, PtxType.U64);
    }

    public int Address(int operand) => Address(Operand(operand));

    // The state space that a name in an address belongs to; null for registers and numbers.
    public AddressSpace? SpaceOf(int operand) =>
        _symbols.Find(SplitAddress(Operand(operand).Trim('[', ']', ' ')).Name)?.Space;

    // The members of `{a, b, c, d}`, or the one operand alone.
    public static string[] Members(string operand) => operand[0] == '{'
        ? operand[1..^1].Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
        : [operand];

    public string[] Members(int operand) => Members(Operand(operand));

    // Bytes of a register: 2, 4 or 8.
    public int WidthOf(string operand) => operand == "_" ? 8
        : _scope.FindRegister(operand, _plan) is { } register ? register.Type.Bytes() : throw Error($"no register {operand}");

    // The same for an operand that is read; 0 when it is no register.
    public int WidthOfSource(string operand) => _scope.FindRegister(operand, _plan)?.Type.Bytes() ?? 0;

    public void Branch(int operand) => Label = Operand(operand);

    public string Operand(int index) => index < Operands.Count ? Operands[index] : throw Error("has too few operands");

    private (PtxType Type, int Place)? Register(string name)
    {
        (PtxType Type, int Place)? register = _scope.FindRegister(name, _plan);
        if (register is { } found && found.Type != PtxType.Pred) NamedRegisters.Add(found.Place);
        return register;
    }

    private int FindPredicate(string name)
    {
        (PtxType type, int place) = _scope.FindRegister(name, _plan) ?? throw Error($"no predicate {name}");
        return type == PtxType.Pred ? place : throw Error($"{name} is no predicate");
    }

    private string Guard(string text)
    {
        int space = text.IndexOf(' ', StringComparison.Ordinal);
        if (space < 0) throw Error("a guard without instruction");
        Result.Guard = Predicate(text[1..space], out bool negated);
        Result.GuardNegated = negated;
        return text[(space + 1)..];
    }

    private void CheckWidth(string operand, PtxType own, PtxType type, bool orWider)
    {
        if (own == PtxType.Pred || type == PtxType.Pred || (orWider ? own.Bytes() < type.Bytes() : own.Bytes() != type.Bytes()))
            throw Error($"{operand} has type {own}, {type} is needed");
    }

    // A float literal names 32 or 64 bits; it is rounded when the operand has fewer.
    private ulong Convert(string operand, ulong bits, PtxType type)
    {
        char kind = operand.Length > 1 && operand[0] == '0' ? char.ToLower(operand[1], CultureInfo.InvariantCulture) : ' ';
        if (kind is 'd' && type.Bytes() == 4)
            return BitConverter.SingleToUInt32Bits((float)BitConverter.UInt64BitsToDouble(bits));
        if (kind is 'f' && type.Bytes() == 8) return BitConverter.DoubleToUInt64Bits(BitConverter.UInt32BitsToSingle((uint)bits));
        if (kind is 'f' or 'd' && type.Bytes() < 4) throw Unknown();
        return bits;
    }

    private (string Name, long Offset) SplitAddress(string text)
    {
        // name, name+12, name-12, name+-12
        int sign = text.AsSpan(1).IndexOfAny('+', '-') + 1;
        if (sign <= 0) return (text, 0);
        string number = text[sign] == '+' ? text[(sign + 1)..] : text[sign..];
        if (!Literal.TryParse(number.Trim(), out ulong bits)) throw Error($"{text} is no address");
        return (text[..sign].Trim(), (long)bits);
    }

    // Splits at commas outside braces and brackets.
    private static List<string> Split(string text)
    {
        var parts = new List<string>();
        int depth = 0, start = 0;
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] is '{' or '[') depth++;
            else if (text[i] is '}' or ']') depth--;
            else if (text[i] == ',' && depth == 0)
            {
                parts.Add(text[start..i].Trim());
                start = i + 1;
            }
        }

        if (text.Length > 0) parts.Add(text[start..].Trim());
        return parts;
    }
}
