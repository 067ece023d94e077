namespace LLamaNet.PtxInterpreter.Parsing;

// A pair of braces in a kernel: names of registers and labels seen inside it only.
internal sealed class Scope(Scope? outer)
{
    private readonly Dictionary<string, int> _labels = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (PtxType Type, int Place)> _registers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (PtxType Type, int[] Places)> _families = new(StringComparer.Ordinal);

    private readonly Dictionary<string, string[]> _targetLists = new(StringComparer.Ordinal);

    public Scope? Outer { get; } = outer;

    public bool AddLabel(string name, int index) => _labels.TryAdd(name, index);

    public bool AddRegister(string name, PtxType type, int place) => _registers.TryAdd(name, (type, place));

    // `%r<9>` declares %r0 to %r8. Places are given when a name is first used.
    public bool AddFamily(string prefix, PtxType type, int count)
    {
        var places = new int[count];
        Array.Fill(places, -1);
        return _families.TryAdd(prefix, (type, places));
    }

    // `name: .branchtargets label, label;`
    public bool AddTargetList(string name, string[] labels) => _targetLists.TryAdd(name, labels);

    public string[]? FindTargetList(string name) =>
        _targetLists.TryGetValue(name, out string[]? list) ? list : Outer?.FindTargetList(name);

    public int? FindLabel(string name) => _labels.TryGetValue(name, out int index) ? index : Outer?.FindLabel(name);

    public (PtxType Type, int Place)? FindRegister(string name, RegisterPlan plan)
    {
        if (_registers.TryGetValue(name, out (PtxType Type, int Place) found)) return found;
        int digits = name.Length;
        while (digits > 0 && char.IsAsciiDigit(name[digits - 1])) digits--;
        if (digits < name.Length && _families.TryGetValue(name[..digits], out (PtxType Type, int[] Places) family)
            && int.TryParse(name.AsSpan(digits), out int number) && number < family.Places.Length)
        {
            ref int place = ref family.Places[number];
            if (place < 0) place = plan.AddRegister(family.Type);
            return (family.Type, place);
        }

        return Outer?.FindRegister(name, plan);
    }
}
