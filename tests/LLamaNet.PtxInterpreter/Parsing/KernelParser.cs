using LLamaNet.PtxInterpreter.Execution;
using LLamaNet.PtxInterpreter.Instructions;

namespace LLamaNet.PtxInterpreter.Parsing;

// Reads one kernel: parameters, limits, and the body in braces.
internal sealed class KernelParser(
    SourceReader reader, IReadOnlyDictionary<string, SharedVariable> moduleShared, IReadOnlyList<ModuleVariable> variables)
{
    private readonly List<PtxParameter> _parameters = [];
    private readonly List<Instruction> _instructions = [];
    private readonly List<(int Line, string Text)> _texts = [];
    private readonly List<(int Instruction, string Label, Scope Scope)> _branches = [];
    private readonly List<int[]> _lists = [];
    private readonly List<int[]> _namedRegisters = [];
    private readonly List<RegisterUse> _uses = [];
    private readonly Dictionary<int, int[]> _targetLists = [];
    private readonly KernelSymbols _symbols = new(moduleShared, variables);
    private readonly RegisterPlan _plan = new();
    private int _maxThreads = 1024;
    private Grid? _requiredThreads;
    private bool _saysBlocks;

    // The reader is behind `.entry`, and afterwards behind the body.
    public KernelCode Parse()
    {
        string name = reader.Word();
        int parameterBytes = reader.Peek() == '(' ? Parameters() : 0;
        Limits();
        Body();
        Resolve();
        Dictionary<int, int> watched = WatchedRegisters();
        return new KernelCode(_instructions, _lists)
        {
            Name = name,
            Texts = _texts,
            NamedRegisters = _namedRegisters,
            Uses = _uses,
            Watched = watched,
            Parameters = _parameters,
            ParameterBytes = parameterBytes,
            // Room for a whole vector behind the last register.
            RegisterBytes = _plan.Bytes + 32,
            PredicateCount = _plan.Predicates,
            Constants = [.. _plan.Constants.Select(_symbols.Place)],
            Specials = _plan.Specials,
            StaticSharedBytes = _symbols.StaticSharedBytes,
            DynamicSharedStart = _symbols.DynamicSharedStart,
            LocalBytes = _symbols.LocalBytes,
            MaxThreads = _maxThreads,
            RequiredThreads = _requiredThreads,
            SaysBlocksPerMultiprocessor = _saysBlocks,
        };
    }

    private int Parameters()
    {
        reader.Expect('(');
        int bytes = 0;
        while (reader.Peek() != ')')
        {
            string text = reader.Until(',', ')');
            if (reader.Peek() == ',') reader.Skip();
            bytes = Parameter(text, bytes);
        }

        reader.Skip();
        return bytes;
    }

    // .param .u64 .ptr .global .align 16 name, or .param .align 64 .b8 name[128]
    private int Parameter(string text, int start)
    {
        string[] words = text.Replace("[", " [", StringComparison.Ordinal)
            .Split([' ', '\t', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries);
        PtxType? type = null;
        int count = 1, alignment = 0;
        string? name = null;
        bool pointer = false;
        for (int i = 0; i < words.Length; i++)
        {
            if (words[i] == ".align")
            {
                // Behind .ptr it is the alignment of what the pointer points to.
                i++;
                if (!pointer) alignment = ModuleParser.Number(reader, words[i]);
            }
            else if (words[i] == ".ptr") pointer = true;
            else if (words[i][0] == '.') type = PtxTypes.Find(words[i][1..]) ?? type;
            else if (words[i][0] == '[') count = ModuleParser.Number(reader, words[i].Trim('[', ']'));
            else name = words[i];
        }

        if (type is null || name is null) throw reader.Error(text, "not a parameter");
        if (alignment == 0) alignment = type.Value.Bytes();
        int offset = (start + alignment - 1) / alignment * alignment;
        int bytes = type.Value.Bytes() * count;
        _parameters.Add(new(name, offset, bytes));
        _symbols.AddParameter(name, offset);
        return offset + bytes;
    }

    private void Limits()
    {
        while (reader.Peek() != '{')
        {
            string word = reader.Word();
            string[] numbers = reader.Until('.', '{').Split([',', ' ', '\t', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries);
            int[] values = Array.ConvertAll(numbers, number => ModuleParser.Number(reader, number));
            switch (word)
            {
                case ".maxntid":
                    _maxThreads = values.Aggregate(1, (product, value) => product * value);
                    break;
                case ".reqntid":
                    _maxThreads = values.Aggregate(1, (product, value) => product * value);
                    _requiredThreads = new(values[0], values.Length > 1 ? values[1] : 1, values.Length > 2 ? values[2] : 1);
                    break;
                case ".minnctapersm":
                    _saysBlocks = true;
                    break;
                case ".maxnreg" or ".maxclusterrank" or ".noreturn":
                    break;
                default:
                    throw reader.Error(word, "a limit that is not known");
            }
        }
    }

    private void Body()
    {
        reader.Expect('{');
        var scope = new Scope(null);
        while (true)
        {
            switch (reader.Peek())
            {
                case '\0':
                    throw reader.Error("", "no '}' before the end of the text");
                case ';':
                    reader.Skip();
                    continue;
                case '{':
                    reader.Skip();
                    scope = new(scope);
                    continue;
                case '}':
                    reader.Skip();
                    if (scope.Outer is null) return;
                    scope = scope.Outer;
                    continue;
            }

            int line = reader.Line;
            if (reader.Label() is { } label)
            {
                if (reader.PeekWord() == ".branchtargets")
                {
                    reader.Word();
                    scope.AddTargetList(label, reader.Until(';').Split(',', StringSplitOptions.TrimEntries));
                }
                else if (!scope.AddLabel(label, _instructions.Count))
                    throw new PtxParseException(line, label, "a label that is there already");
            }
            else Statement(line, scope);
        }
    }

    private void Statement(int line, Scope scope)
    {
        string word = reader.PeekWord();
        switch (word)
        {
            case ".reg":
                Registers(line, scope);
                break;
            case ".shared":
                var shared = VariableDeclaration.Parse(reader);
                _symbols.AddShared(new(shared.Name, shared.Bytes, shared.Alignment));
                break;
            case ".local":
                var local = VariableDeclaration.Parse(reader);
                _symbols.AddLocal(local.Name, local.Bytes, local.Alignment);
                break;
            case ".loc" or ".file":
                reader.RestOfLine();
                break;
            case ".pragma":
                reader.Until(';');
                break;
            default:
                string[] words = reader.Until(';').Split([' ', '\t', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries);
                string text = string.Join(' ', words);
                reader.Skip();
                if (text[0] == '.') throw new PtxParseException(line, text, "a directive that is not known");
                Decode(line, text, scope);
                break;
        }
    }

    private void Registers(int line, Scope scope)
    {
        reader.Word();
        string text = reader.Until(';');
        int space = text.AsSpan().IndexOfAny(' ', '\t');
        PtxType? type = space < 0 ? null : PtxTypes.Find(text[1..space]);
        if (type is null or PtxType.B128) throw new PtxParseException(line, text, "registers of a type that is not known");
        foreach (string name in text[space..].Split(',', StringSplitOptions.TrimEntries))
        {
            // The compiler of the real driver keeps these words for itself.
            if (InstructionTable.Find([name]) is not null)
                throw new PtxParseException(line, name, "a register named like an instruction");
            int bracket = name.IndexOf('<', StringComparison.Ordinal);
            bool added = bracket < 0
                ? scope.AddRegister(name, type.Value, _plan.AddRegister(type.Value))
                : scope.AddFamily(name[..bracket], type.Value, ModuleParser.Number(reader, name[(bracket + 1)..].TrimEnd('>')));
            if (!added) throw new PtxParseException(line, name, "a register that is there already");
        }
    }

    private void Decode(int line, string text, Scope scope)
    {
        var decoder = new Decoder(line, text, scope, _plan, _symbols);
        decoder.Decode();
        decoder.Result.Index = _instructions.Count;
        SetList(ref decoder.Result, decoder.List);
        if (decoder.Label is { } label) _branches.Add((_instructions.Count, label, scope));
        _instructions.Add(decoder.Result);
        _texts.Add((line, text));
        _namedRegisters.Add([.. decoder.NamedRegisters]);
        _uses.Add(new([.. decoder.Reads], [.. decoder.Writes]));
    }

    private unsafe void SetList(ref Instruction instruction, List<int> content)
    {
        if (content.Count == 0) return;
        int[] list = GC.AllocateUninitializedArray<int>(content.Count, pinned: true);
        content.CopyTo(list);
        _lists.Add(list);
        fixed (int* first = list) instruction.List = first;
        instruction.Count = list.Length;
    }

    private void Resolve()
    {
        foreach ((int index, string label, Scope scope) in _branches)
        {
            Instruction instruction = _instructions[index];
            if (instruction.Kind == InstructionKind.IndexedBranch)
            {
                string[] labels = scope.FindTargetList(label) ?? throw Error(index, "a list of labels that does not exist");
                _targetLists[index] = Array.ConvertAll(labels, name => Target(scope, name, index));
                SetList(ref instruction, [.. _targetLists[index]]);
            }
            else instruction.Target = Target(scope, label, index);
            _instructions[index] = instruction;
        }

        // A kernel whose last instruction does not leave would run past its end.
        var end = new Decoder(reader.Line, "ret", new(null), _plan, _symbols);
        end.Decode();
        end.Result.Index = _instructions.Count;
        _instructions.Add(end.Result);
        _texts.Add((reader.Line, "ret"));
        _namedRegisters.Add([]);
        _uses.Add(new([], []));
    }

    private int Target(Scope scope, string label, int index) =>
        scope.FindLabel(label) ?? throw Error(index, "a label that does not exist");

    private PtxParseException Error(int index, string what) => new(_texts[index].Line, _texts[index].Text, what);

    // The registers to watch, numbered from zero.
    private Dictionary<int, int> WatchedRegisters()
    {
        HashSet<int> doubtful = new RegisterFlow(_instructions, _uses, _targetLists).FindDoubtful();
        var watched = new Dictionary<int, int>();
        foreach (int register in doubtful) watched[register] = watched.Count;
        for (int i = 0; i < _instructions.Count && watched.Count > 0; i++)
        {
            if (!_uses[i].Reads.Any(doubtful.Contains) && !_uses[i].Writes.Any(doubtful.Contains)) continue;
            Instruction instruction = _instructions[i];
            instruction.Watched = true;
            _instructions[i] = instruction;
        }

        return watched;
    }
}
