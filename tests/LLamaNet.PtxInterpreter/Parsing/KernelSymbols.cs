using LLamaNet.PtxInterpreter.Memory;

namespace LLamaNet.PtxInterpreter.Parsing;

// Names that stand for addresses in a kernel: parameters, shared, local, global and constant variables.
internal sealed class KernelSymbols(
    IReadOnlyDictionary<string, SharedVariable> moduleShared, IReadOnlyList<ModuleVariable> variables)
{
    // A variable number that stands for the start of dynamic shared memory, which is known at the end of the kernel only.
    private const int DynamicShared = int.MaxValue;

    private readonly Dictionary<string, int> _parameters = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SharedVariable> _ownShared = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _sharedPlaces = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _localPlaces = new(StringComparer.Ordinal);
    private int _dynamicAlignment = 1;

    public int StaticSharedBytes { get; private set; }

    public int LocalBytes { get; private set; }

    public int DynamicSharedStart => RoundUp(StaticSharedBytes, _dynamicAlignment);

    public void AddParameter(string name, int offset) => _parameters[name] = offset;

    public void AddShared(SharedVariable variable) => _ownShared[variable.Name] = variable;

    public void AddLocal(string name, int bytes, int alignment)
    {
        LocalBytes = RoundUp(LocalBytes, alignment);
        _localPlaces[name] = LocalBytes;
        LocalBytes += bytes;
    }

    // The address of a name, as a number or as a variable whose address comes later; null when there is no such name.
    public (AddressSpace Space, ulong Value, int Variable)? Find(string name)
    {
        if (_parameters.TryGetValue(name, out int offset))
            return (AddressSpace.Parameter, AddressWindow.Parameter + (ulong)offset, -1);
        if (_localPlaces.TryGetValue(name, out int local)) return (AddressSpace.Local, (ulong)local, -1);
        if (_ownShared.TryGetValue(name, out SharedVariable? shared) || moduleShared.TryGetValue(name, out shared))
            return Shared(shared);
        for (int i = 0; i < variables.Count; i++)
            if (variables[i].Name == name) return (variables[i].Constant ? AddressSpace.Constant : AddressSpace.Global, 0, i);
        return null;
    }

    // Puts in the start of dynamic shared memory once it is known.
    public Constant Place(Constant constant) => constant.Variable == DynamicShared
        ? constant with { Value = constant.Value + (ulong)DynamicSharedStart, Variable = -1 }
        : constant;

    private (AddressSpace Space, ulong Value, int Variable) Shared(SharedVariable variable)
    {
        if (variable.Bytes == 0)
        {
            _dynamicAlignment = Math.Max(_dynamicAlignment, variable.Alignment);
            return (AddressSpace.Shared, 0, DynamicShared);
        }

        // Only what a kernel names takes room in its blocks.
        if (!_sharedPlaces.TryGetValue(variable.Name, out int place))
        {
            _sharedPlaces[variable.Name] = place = RoundUp(StaticSharedBytes, variable.Alignment);
            StaticSharedBytes = place + variable.Bytes;
        }

        return (AddressSpace.Shared, (ulong)place, -1);
    }

    private static int RoundUp(int value, int multiple) => (value + multiple - 1) / multiple * multiple;
}
